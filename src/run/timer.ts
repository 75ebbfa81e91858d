/** What a timer of Node can hold: 24.8 days. */
export const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** A timer for a limit; none for one so long that no timer can hold it, which Node would cut down to a millisecond. */
export function startTimer(ms: number, action: () => void): NodeJS.Timeout | undefined {
  return ms > LONGEST_DELAY_MS ? undefined : setTimeout(action, ms);
}
