import type { Store } from './store.ts';

/** What is left of a cache object when it is collected: its files. */
interface Remains {
  store: Store;
}

const open = new Set<Remains>();
const ofCache = new WeakMap<object, Remains>();
const released = new FinalizationRegistry<Remains>((remains) => {
  open.delete(remains);
  finish(() => remains.store.close());
});
let listening = false;

/** Has the files of a cache finished when the process ends, or nobody uses the cache any more, without `close`. */
export function finishAtExit(cache: object, store: Store): void {
  const known = ofCache.get(cache);
  if (known !== undefined) {
    known.store = store;
    return;
  }
  const remains = { store };
  ofCache.set(cache, remains);
  open.add(remains);
  released.register(cache, remains);
  if (listening) return;
  listening = true;
  process.on('exit', () => {
    for (const { store } of open) finish(() => store.finish());
  });
}

function finish(action: () => void): void {
  try {
    action();
  } catch {
    // What was acknowledged is written; finishing only saves the next reader time.
  }
}
