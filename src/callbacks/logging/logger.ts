import { hostname } from 'node:os';
import type { LogLevel } from '../../events/index.ts';
import { TextSink } from '../text-sink.ts';

type Write = (fields: Record<string, unknown>, message: string) => void;

/** What takes log lines: pino, or anything with these methods; without `debug`, debug lines are dropped. */
export interface Logger {
  debug?(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** The numbers that pino and its tools use. */
const LEVELS: Readonly<Record<LogLevel, number>> = { debug: 20, info: 30, warn: 40, error: 50 };

/** Writes JSON lines that pino's tools read to standard error. @param least Lines below this level are dropped. */
export function jsonLinesLogger(least: LogLevel): Logger {
  const sink = new TextSink(process.stderr);
  const base = { pid: process.pid, hostname: hostname() };
  const writer = (level: LogLevel): Write => {
    const number = LEVELS[level];
    if (number < LEVELS[least]) return () => {};
    return (fields, msg) =>
      sink.write(`${JSON.stringify({ level: number, time: Date.now(), ...base, ...fields, msg })}\n`);
  };
  const loud = { info: writer('info'), warn: writer('warn'), error: writer('error') };
  return least === 'debug' ? { debug: writer('debug'), ...loud } : loud;
}
