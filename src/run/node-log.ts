import type { LogLevel } from '../events/index.ts';
import type { NodeLog } from '../graph/index.ts';

/** The log of a node's context, from a function that takes its lines. */
export function nodeLog(write: (level: LogLevel, message: string, data: unknown) => void): NodeLog {
  const at =
    (level: LogLevel) =>
    (message: string, data?: unknown): void =>
      write(level, message, data);
  return Object.assign(at('info'), { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') });
}
