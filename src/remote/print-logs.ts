import type { LogLine } from './provider.ts';

/** Prints what a container printed, with the function's name in front, to the stream that it was printed to. */
export function printLog({ function: name, stream, text }: LogLine): void {
  process[stream].write(`[${name}] ${text}\n`);
}
