import type { Cache } from '../cache/index.ts';
import { InputError } from '../errors.ts';
import type { PipelineOptions } from './options.ts';

/** @throws InputError `INPUT_INVALID` for a limit that nothing could run under, and for what is no cache. */
export function checkSettings(pipeline: string, { cache, concurrency, timeout }: PipelineOptions): void {
  if (concurrency !== undefined && concurrency !== Number.POSITIVE_INFINITY) {
    if (!(Number.isInteger(concurrency) && concurrency > 0)) {
      const hint = 'Leave it out for the default of 100.';
      throw refused(pipeline, 'concurrency', String(concurrency), 'a whole number from 1, or Infinity', hint);
    }
  }
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0)) {
    throw refused(pipeline, 'timeout', String(timeout), 'milliseconds above 0', 'Leave it out for no limit.');
  }
  if (cache !== undefined && cache !== null && !isCache(cache)) {
    const found: unknown = cache;
    const shown = typeof found === 'string' ? `the text '${found}'` : inspected(found);
    const hint = `Give new DiskCache(${typeof found === 'string' ? `'${found}'` : 'path'}), or null for none.`;
    throw refused(pipeline, 'cache', shown, 'a cache with get and put', hint);
  }
}

const isCache = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Partial<Cache>).get === 'function' &&
  typeof (value as Partial<Cache>).put === 'function';

const inspected = (value: unknown): string =>
  typeof value === 'object' || typeof value === 'function' ? `a ${typeof value} without them` : String(value);

function refused(pipeline: string, option: string, found: string, expected: string, hint: string): InputError {
  return new InputError('INPUT_INVALID', `pipeline '${pipeline}': ${option} is ${found}; expected ${expected}.`, {
    path: option,
    hint,
  });
}
