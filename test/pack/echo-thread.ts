import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { pack, unpack } from 'hypernodes/pack';
import { ownPath } from './own-path.ts';

/** A thread that unpacks what it gets, calls it, and packs what that gives. */
export class EchoThread {
  readonly #worker = new Worker(
    `import { parentPort } from 'node:worker_threads';
     import { pack, unpack } from '${ownPath('dist/pack.js')}';
     parentPort.on('message', (bytes) => parentPort.postMessage(pack(unpack(bytes)())));`,
    { eval: true },
  );

  readonly call = async <T>(fn: () => T): Promise<T> => {
    const answer = once(this.#worker, 'message');
    this.#worker.postMessage(pack(fn));
    const [bytes] = (await answer) as [Uint8Array];
    return unpack(bytes) as T;
  };

  readonly close = (): Promise<number> => this.#worker.terminate();
}
