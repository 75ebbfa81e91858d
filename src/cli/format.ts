import type { ChangedPart } from '../run/index.ts';

const short = (text: string | undefined): string =>
  text === undefined ? 'unknown' : /^[0-9a-f]{64}$/.test(text) ? text.slice(0, 8) : text;

/** `helper normalize in src/text.ts: 1f3a… → 88c0…`. */
export function formatChange({ part, name, before, after, file }: ChangedPart): string {
  const what = `${part} ${name}${file === undefined ? '' : ` in ${file}`}`;
  if (before === undefined) return `${what}: new`;
  if (after === undefined)
    return part === 'input' ? `${what}: not known before an upstream node has run` : `${what}: gone`;
  return `${what}: ${short(before)} → ${short(after)}`;
}

/** `340 ms`, `12.5 s`, `3 min 20 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** `340 B`, `12.5 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let left = bytes;
  while (left >= 1000 && unit < units.length - 1) {
    left /= 1000;
    unit++;
  }
  return `${unit === 0 ? left : left.toFixed(1)} ${units[unit]}`;
}
