/**
 * Number of single-character edits between two words, or `limit + 1` when there are more; two neighbours that changed
 * places are one edit (optimal string alignment: Wagner & Fischer 1974, Damerau 1964).
 */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(substituted, previous[j]! + 1, current[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, beforePrevious[j - 2]! + 1);
      }
      current[j] = best;
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length]!;
}

/** The candidate that `name` was probably meant to be, or `undefined`. */
export function nearMiss(name: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.round(name.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase(), limit);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `Did you mean 'text'?`, or the list of what there is. */
export function suggestion(name: string, candidates: readonly string[]): string {
  const near = nearMiss(name, candidates);
  if (near !== undefined) return `Did you mean '${near}'?`;
  return candidates.length === 0 ? 'There are none.' : `There is: ${listed(candidates)}.`;
}

const LISTED_AT_MOST = 20;

/** `'a', 'b', 'c'`, shortened when long. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED_AT_MOST).map((name) => `'${name}'`);
  if (names.length > LISTED_AT_MOST) shown.push(`… (${names.length - LISTED_AT_MOST} more)`);
  return shown.join(', ');
}
