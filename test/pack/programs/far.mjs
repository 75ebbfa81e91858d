// far.mjs <payloads> <results>: unpacks every payload in this process and in a worker thread, and calls what it was.
import { readFileSync, writeFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { unpack } from 'hypernodes/pack';
import { portable } from './portable.mjs';

async function call({ name, bytes, refused }) {
  if (refused) return { name, result: `refused: ${refused}` };
  return { name, result: await portable(() => unpack(bytes)()) };
}

async function callAll(file) {
  const results = [];
  for (const packed of deserialize(readFileSync(file))) results.push(await call(packed));
  return results;
}

if (isMainThread) {
  const [, , payloads, results] = process.argv;
  const worker = new Worker(new URL(import.meta.url), { workerData: payloads });
  const inWorker = new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  writeFileSync(results, serialize({ process: await callAll(payloads), worker: await inWorker }));
} else {
  parentPort.postMessage(await callAll(workerData));
}
