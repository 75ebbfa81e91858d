/** Milliseconds for which this thread was not idle; of the clock where the runtime does not tell. */
export function busyTime(): number {
  return (performance.eventLoopUtilization as (() => { active: number }) | undefined)?.().active ?? performance.now();
}
