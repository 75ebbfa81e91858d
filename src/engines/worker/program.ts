import { parentPort, workerData } from 'node:worker_threads';
import { disposeResources } from '../../graph/index.ts';
import { performJob } from '../../run/index.ts';
import { claim, type FromThread, type ThreadData, type ToThread, transferable } from './thread-messages.ts';

if (parentPort === null) throw new Error('This program runs in the threads of a WorkerEngine.');
const port = parentPort;
const { begun } = workerData as ThreadData;

const parts = new Map<string, Uint8Array>();
const running = new Map<number, AbortController>();

const tell = (message: FromThread, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(message, transfer);

async function perform({ id, request, needs }: Extract<ToThread, { kind: 'job' }>): Promise<void> {
  if (!claim(begun, id)) return;
  // Taken now: what the engine lets this thread forget next may still be needed here.
  const needed = new Map(needs.map((digest) => [digest, parts.get(digest)!]));
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const response = await performJob(request, {
      part: (digest) => needed.get(digest)!,
      signal: controller.signal,
      send: (message) => tell({ kind: 'message', id, message }, transferable(message)),
    });
    tell({ kind: 'done', id, response }, transferable(response));
  } catch (error) {
    tell({ kind: 'failed', id, error });
  } finally {
    running.delete(id);
  }
}

/** Lets this thread end; on Deno its port cannot be closed. */
function end(): void {
  if ('close' in port) port.close();
  else (globalThis as unknown as { close(): void }).close();
}

port.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'job':
      for (const digest of message.forget) parts.delete(digest);
      for (const { digest, bytes } of message.parts) parts.set(digest, bytes);
      void perform(message);
      break;
    case 'cancel':
      running.get(message.id)?.abort();
      break;
    case 'ping':
      tell({ kind: 'pong' });
      break;
    case 'close':
      disposeResources().finally(end);
      break;
  }
});
tell({ kind: 'ready' });
