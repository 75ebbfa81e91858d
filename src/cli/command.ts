/** One command of the command line. */
export interface Command {
  /** What `--help` shows. */
  readonly usage: string;
  /** What `--help` shows when more was said than that; the usage unless given. */
  help?(parameters: readonly string[]): Promise<string>;
  /** Does it; gives the exit code. @throws UsageError for parameters that make no sense. */
  run(parameters: readonly string[]): Promise<number>;
}

/** Parameters that a command cannot work with; the usage is shown after the message. */
export class UsageError extends Error {}
