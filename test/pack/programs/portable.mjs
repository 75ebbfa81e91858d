import { inspect } from 'node:util';

/** What a case gives, in a form that any process can compare. */
export async function portable(run) {
  try {
    return inspect(await run(), { depth: 10, sorted: false, showHidden: false, maxStringLength: 2000 });
  } catch (error) {
    return `threw ${error?.stack ?? error}`;
  }
}
