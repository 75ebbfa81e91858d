/** @throws RangeError for a limit that is no number above 0. */
export function checkLimit(cache: string, option: string, value: number): number {
  if (typeof value === 'number' && value > 0) return value;
  throw new RangeError(`${cache}: ${option} is ${String(value)}; expected a number above 0, or leave it out.`);
}
