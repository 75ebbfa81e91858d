import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { node, Pipeline } from 'hypernodes';
import { MemoryCache } from 'hypernodes/cache';
import type { Callback, EventMap, EventName, RunContext } from 'hypernodes/callbacks';
import { WorkerEngine } from 'hypernodes/engines';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const ENDS = new Map<EventName, EventName>([
  ['onPipelineStart', 'onPipelineEnd'],
  ['onNodeStart', 'onNodeEnd'],
  ['onMapStart', 'onMapEnd'],
  ['onMapItemStart', 'onMapItemEnd'],
]);
const OTHERS: readonly EventName[] = ['onNodeCached', 'onNodeRetry', 'onError', 'onNodeProgress', 'onNodeLog'];

type Told = readonly [name: EventName, event: EventMap[EventName]];

/** Keeps all events of a run, and notes what about them breaks the contract. */
class Witness {
  readonly told: Told[] = [];
  readonly faults: string[] = [];
  readonly #open = new Map<number, Told>();
  readonly callback: Callback = Object.fromEntries(
    [...ENDS.keys(), ...ENDS.values(), ...OTHERS].map((name) => [
      name,
      (event: EventMap[EventName], context: RunContext) => this.#note(name, event, context),
    ]),
  );

  /** Starts without an end, and everything else that is wrong. */
  get problems(): readonly string[] {
    return [...this.faults, ...Array.from(this.#open.values(), ([name, { path }]) => `${name} ${path} has no end`)];
  }

  /** Where errors were told of. */
  get errors(): readonly string[] {
    return this.told.filter(([name]) => name === 'onError').map(([, { path }]) => path);
  }

  #note(name: EventName, event: EventMap[EventName], context: RunContext): void {
    const what = `${name} ${event.path}`;
    this.told.push([name, event]);
    if (context.path !== event.path || context.depth !== event.depth) this.faults.push(`${what}: another context`);
    if (event.depth !== event.path.split(' > ').length - 1) this.faults.push(`${what}: depth ${event.depth}`);
    if (event.runId !== this.told[0]![1].runId) this.faults.push(`${what}: another run`);
    const own = this.#open.get(event.spanId);
    if (ENDS.has(name)) {
      if (own !== undefined) this.faults.push(`${what}: started twice`);
      if (event.parentSpanId !== undefined && !this.#open.has(event.parentSpanId)) this.faults.push(`${what}: orphan`);
      this.#open.set(event.spanId, [name, event]);
    } else if (!OTHERS.includes(name)) {
      if (own === undefined || ENDS.get(own[0]) !== name || own[1].path !== event.path)
        this.faults.push(`${what}: no start`);
      for (const [inner, { path, parentSpanId }] of this.#open.values()) {
        if (parentSpanId === event.spanId) this.faults.push(`${what}: ends before ${inner} ${path}`);
      }
      this.#open.delete(event.spanId);
    }
  }
}

const folder = mkdtempSync(join(tmpdir(), 'hypernodes-'));
const engine = new WorkerEngine({ workers: 2, inline: false });
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

const next = node('next', ({ x }: { x: number }) => x + 1);
const twice = node('twice', async ({ next }: { next: number }) => next * 2);
const stuck = node('stuck', ({ x }: { x: number }, { signal }) => {
  return new Promise<number>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason ?? x)));
});
const bad = node('bad', ({ x }: { x: number }) => {
  if (x === 2) throw new RangeError('two');
  return x;
});
const badLater = node('badLater', async ({ x }: { x: number }) => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  throw new RangeError(`later ${x}`);
});
const leaving = node('leaving', ({ x }: { x: number }) => {
  if (x === 2) process.exit(3);
  return x;
});
/** Leaves only when a file says that it may, so that something was told of it before. */
const leavingLater = node('leavingLater', async ({ x, sign }: { x: number; sign: string }) => {
  const { appendFileSync, existsSync } = process.getBuiltinModule('node:fs');
  appendFileSync(`${sign}.ran`, `${x} `);
  if (x !== 2) return x;
  while (!existsSync(sign)) await new Promise((resolve) => setTimeout(resolve, 5));
  return process.exit(3);
});
const checked = node({ name: 'checked', schemas: { x: z.number().max(0) }, run: ({ x }) => x });

const perItem = new Pipeline({ name: 'per_item', nodes: [next, twice] });
const mapped = perItem.asNode({ inputs: { xs: 'x' }, mapOver: 'xs' });
const p = (...nodes: ConstructorParameters<typeof Pipeline>[0]['nodes']) => new Pipeline({ name: 'p', nodes });
const abortSoon = (ms = 20): AbortSignal => {
  const abort = new AbortController();
  setTimeout(() => abort.abort(), ms);
  return abort.signal;
};
const over = 'x';
const xs = { x: [1, 2, 3] };

// biome-ignore lint/suspicious/noExplicitAny: pipelines of many types
type AnyPipeline = any;
type Play = (watched: (pipeline: AnyPipeline) => AnyPipeline) => Promise<unknown>;

/** What is done, and where errors are told of. */
const scenes: Record<string, [Play, readonly string[]]> = {
  'a run': [(watched) => watched(p(next, twice)).run({ x: 1 }), []],
  'a node that throws': [(watched) => watched(p(bad)).run({ x: 2 }), ['p > bad']],
  'a node beside one that throws': [(watched) => watched(p(stuck, badLater)).run({ x: 2 }), ['p > badLater']],
  'a time-out': [(watched) => watched(p(next, stuck)).run({ x: 1 }, { timeout: 20 }), ['p']],
  'a time-out of a node': [(watched) => watched(p(stuck.with({ timeout: 20 }))).run({ x: 1 }), ['p > stuck']],
  'a time-out of a nested pipeline': [
    (watched) => watched(p(new Pipeline({ name: 'inner', nodes: [stuck], timeout: 20 }).asNode())).run({ x: 1 }),
    ['p > inner'],
  ],
  'an abort': [(watched) => watched(p(next, stuck)).run({ x: 1 }, { signal: abortSoon() }), ['p']],
  'an input that its schema refuses': [(watched) => watched(p(checked)).run({ x: 1 }), ['p']],
  'something that is no list': [(watched) => watched(p(mapped)).run({ xs: 5 }), ['p > per_item']],
  'a map': [(watched) => watched(perItem).map(xs, { over }), []],
  'a map with a failure': [(watched) => watched(p(bad)).map(xs, { over }), ['p[1] > bad']],
  'a map that collects failures': [(watched) => watched(p(bad)).map(xs, { over, onError: 'collect' }), ['p[1] > bad']],
  'a map that is aborted': [(watched) => watched(p(next, stuck)).map(xs, { over, signal: abortSoon() }), ['p']],
  'a map whose items have a time-out': [
    (watched) => watched(p(stuck).with({ timeout: 20 })).map(xs, { over, onError: 'collect' }),
    ['p[0]', 'p[1]', 'p[2]'],
  ],
  'a nested map': [(watched) => watched(p(mapped)).run({ xs: [1, 2] }), []],
  'a stream whose consumer leaves': [
    async (watched) => {
      for await (const _ of watched(p(stuck.with({ timeout: 20 }))).stream(xs, { over, concurrency: 1 })) break;
    },
    ['p[0] > stuck'],
  ],
  'a stream whose source throws': [
    async (watched) => {
      const source = async function* () {
        yield 1;
        throw new Error('source');
      };
      for await (const _ of watched(p(next)).stream({ x: source() }, { over }));
    },
    ['p'],
  ],
  'a run in a thread': [(watched) => watched(p(next, twice)).run({ x: 1 }, { engine }), []],
  'a map in threads': [(watched) => watched(p(mapped)).run({ xs: [1, 2, 3] }, { engine }), []],
  'a failure in a thread': [(watched) => watched(p(bad)).map(xs, { over, engine }), ['p[1] > bad']],
  'an abort of a map in threads': [
    (watched) => watched(p(stuck)).map({ x: [1, 2] }, { over, engine, signal: abortSoon(500) }),
    ['p'],
  ],
  'a thread that ends': [(watched) => watched(p(leaving)).map(xs, { over, engine, onError: 'collect' }), ['p[1]']],
};

describe('what is told of', () => {
  it.each(Object.entries(scenes))(
    '%s: every start has its end, an error is told once',
    async (_name, [play, errors]) => {
      const witness = new Witness();
      await play((pipeline) => pipeline.with({ callbacks: [witness.callback] })).catch(() => {});
      expect(witness.problems).toEqual([]);
      expect([...witness.errors].sort()).toEqual(errors);
    },
  );

  it('a lost item: its start, its error and its end', async () => {
    const witness = new Witness();
    const leavers = new Pipeline({ name: 'p', nodes: [leaving] });
    await leavers.map(xs, { over, engine, onError: 'collect', callbacks: [witness.callback] });
    const ends = witness.told.filter(([name]) => name === 'onMapItemEnd').map(([, event]) => event);
    expect(ends.map((event) => (event as EventMap['onMapItemEnd']).index).sort()).toEqual([0, 1, 2]);
  });

  it('an item that began before its thread ended: its start, one error and its end', async () => {
    const sign = join(folder, 'begun');
    const witness = new Witness();
    const onNodeStart: Callback['onNodeStart'] = ({ path }) => {
      if (path === 'p[1] > leavingLater') writeFileSync(sign, '');
    };
    const results = await new Pipeline({ name: 'p', nodes: [leavingLater] }).map(
      { ...xs, sign },
      { over, engine, onError: 'collect', callbacks: [witness.callback, { onNodeStart }] },
    );
    expect(results.failures.map(({ index }) => index)).toEqual([1]);
    expect(witness.problems).toEqual([]);
    expect(witness.errors).toEqual(['p[1]']);
  });

  it('items that were finished before their thread ended: once, and they ran once', async () => {
    const sign = join(folder, 'finished');
    const witness = new Witness();
    const many = Array.from({ length: 12 }, (_, index) => index);
    let ended = 0;
    const onMapItemEnd = (): void => {
      if (++ended === many.length - 1) writeFileSync(sign, '');
    };
    const alone = new WorkerEngine({ workers: 1, inline: false });
    const results = await new Pipeline({ name: 'p', nodes: [leavingLater] }).map(
      { x: many, sign },
      { over, engine: alone, onError: 'collect', callbacks: [witness.callback, { onMapItemEnd }] },
    );
    await alone.close();
    expect(results.failures.map(({ index }) => index)).toEqual([2]);
    expect(witness.problems).toEqual([]);
    for (const name of ['onMapItemStart', 'onMapItemEnd']) {
      const told = witness.told
        .filter(([other]) => other === name)
        .map(([, event]) => (event as { index: number }).index);
      expect(told.sort((a, b) => a - b)).toEqual(many);
    }
    const ran = readFileSync(`${sign}.ran`, 'utf8').trim().split(' ').map(Number);
    expect(ran.filter((x) => x !== 2).sort((a, b) => a - b)).toEqual(many.filter((x) => x !== 2));
  });

  it('a hit: nothing but that', async () => {
    const cache = new MemoryCache();
    const all = p(mapped);
    await all.run({ xs: [1, 2] }, { cache });
    const witness = new Witness();
    await all.run({ xs: [1, 2] }, { cache, callbacks: [witness.callback] });
    expect(witness.problems).toEqual([]);
    expect(witness.told.map(([name, { path }]) => `${name} ${path}`)).toEqual([
      'onPipelineStart p',
      'onNodeStart p > per_item',
      'onMapStart p > per_item',
      ...[0, 1].flatMap((index) => [
        `onMapItemStart p > per_item[${index}]`,
        `onNodeCached p > per_item[${index}] > next`,
        `onNodeCached p > per_item[${index}] > twice`,
        `onMapItemEnd p > per_item[${index}]`,
      ]),
      'onMapEnd p > per_item',
      'onNodeEnd p > per_item',
      'onPipelineEnd p',
    ]);
    const ends = witness.told.filter(([name]) => name === 'onMapItemEnd').map(([, event]) => event);
    expect(ends.map((event) => (event as EventMap['onMapItemEnd']).cached)).toEqual([true, true]);
  });
});

describe('a callback whose flush never ends', () => {
  it('is waited for only so long', async () => {
    const callback: Callback = { flush: () => new Promise(() => {}) };
    expect(await p(next).run({ x: 1 }, { callbacks: [callback] })).toEqual({ next: 2 });
  });

  it('is waited for as long as it needs', async () => {
    let flushed = false;
    const callback: Callback = {
      async flush() {
        await new Promise((resolve) => setTimeout(resolve, 50));
        flushed = true;
      },
    };
    await p(next).run({ x: 1 }, { callbacks: [callback] });
    expect(flushed).toBe(true);
  });
});
