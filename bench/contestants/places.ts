import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { node, Pipeline } from 'hypernodes';
import { WorkerEngine } from 'hypernodes/engines';
import { App, LocalProvider } from 'hypernodes/remote';
import type { Program } from '../harness/case.ts';
import { range } from './workloads.ts';

/** Turns of a loop that take about a microsecond; the answer keeps the compiler from leaving them out. */
const TURNS_PER_MICROSECOND = 300;

function work(item: number, micros: number): number {
  let value = item;
  for (let turn = 0; turn < micros * TURNS_PER_MICROSECOND; turn++) value = (value * 31 + turn) % 1_000_003;
  return value >= 0 ? 1 : 0;
}

/** Items of so many microseconds in a plain loop. */
export function loop(items: number, micros: number): Program {
  return () => range(items).reduce((sum, item) => sum + work(item, micros), 0);
}

/** The same by hand in two threads, half of the items each. */
export async function threads(items: number, micros: number): Promise<Program> {
  const source = `${work}
    const { parentPort } = require('node:worker_threads');
    const TURNS_PER_MICROSECOND = ${TURNS_PER_MICROSECOND};
    parentPort.on('message', ({ first, count, micros }) => {
      let sum = 0;
      for (let item = first; item < first + count; item++) sum += work(item, micros);
      parentPort.postMessage(sum);
    });`;
  const workers = [0, 1].map(() => new Worker(source, { eval: true }));
  for (const worker of workers) worker.unref();
  const count = items / workers.length;
  return async () => {
    const sums = workers.map(async (worker, index) => {
      worker.ref();
      const answered = once(worker, 'message');
      worker.postMessage({ first: index * count, count, micros });
      const [sum] = await answered;
      worker.unref();
      return sum as number;
    });
    return (await Promise.all(sums)).reduce((total, sum) => total + sum, 0);
  };
}

/** The same by a pipeline, in this thread or in two others. */
export function mapped(items: number, micros: number, workers: number): Program {
  const worked = node('worked', ({ item }: { item: number }) => work(item, micros));
  const engine = workers > 0 ? new WorkerEngine({ workers }) : null;
  const pipeline = new Pipeline({ nodes: [worked], engine });
  const all = range(items);
  return async () =>
    (await pipeline.map({ item: all }, { over: 'item' })).column('worked').reduce((sum, value) => sum + value, 0);
}

const folder = mkdtempSync(join(tmpdir(), 'hypernodes-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

function localApp(): App {
  return new App('bench', {
    provider: new LocalProvider({ cacheFolder: join(folder, 'cache'), dataFolder: join(folder, 'data') }),
    maxContainers: 2,
  });
}

/** What starting a process costs that does nothing. */
export function bareNode(): Program {
  return async () => {
    await promisify(execFile)(process.execPath, ['-e', '0']);
    return 1;
  };
}

/** A first call: its container is started for it. */
export function coldCall(): Program {
  return async () => {
    const app = localApp();
    return app.function((x: number) => x).remote(1);
  };
}

/** A call to a container that is there. */
export async function warmCall(): Promise<Program> {
  const remote = localApp().function((x: number) => x);
  await remote.remote(1);
  return () => remote.remote(1);
}

/** Many tiny calls to two containers. */
export async function remoteMap(items: number): Promise<Program> {
  const remote = localApp().function((x: number) => x);
  await remote.remote(1);
  return async () => {
    let count = 0;
    for await (const _ of remote.map(range(items))) count++;
    return count;
  };
}

/** A buffer there, and one back. */
export async function remoteBuffer(megabytes: number): Promise<Program> {
  const remote = localApp().function((bytes: Uint8Array) => bytes);
  const bytes = new Uint8Array(megabytes * 1_000_000).fill(7);
  await remote.remote(bytes);
  return async () => (await remote.remote(bytes)).length;
}

export function copyBuffer(megabytes: number): Program {
  const bytes = new Uint8Array(megabytes * 1_000_000).fill(7);
  return () => bytes.slice().slice().length;
}
