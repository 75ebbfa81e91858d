import { InputError } from '../errors.ts';
import type { PipelineOptions } from './options.ts';

/** @throws InputError `INPUT_INVALID` for a limit that nothing could run under. */
export function checkLimits(pipeline: string, { concurrency, timeout }: PipelineOptions): void {
  if (concurrency !== undefined && concurrency !== Number.POSITIVE_INFINITY) {
    if (!(Number.isInteger(concurrency) && concurrency > 0)) {
      throw refused(pipeline, 'concurrency', concurrency, 'a whole number from 1, or Infinity', 'the default of 100');
    }
  }
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0)) {
    throw refused(pipeline, 'timeout', timeout, 'milliseconds above 0', 'no limit');
  }
}

function refused(pipeline: string, option: string, found: unknown, expected: string, otherwise: string): InputError {
  return new InputError(
    'INPUT_INVALID',
    `pipeline '${pipeline}': ${option} is ${String(found)}; expected ${expected}.`,
    { path: option, hint: `Leave it out for ${otherwise}.` },
  );
}
