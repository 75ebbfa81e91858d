/** Ends a process that leads a group, and all that it started. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // There is none left.
  }
}
