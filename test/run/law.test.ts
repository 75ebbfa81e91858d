import fc from 'fast-check';
import { type AbortError, type Callback, node, nodePath, Pipeline, type Unit } from 'hypernodes';
import { describe, expect, it } from 'vitest';
import { later } from '../timing.ts';

/** A node: how it answers, what it reads (counted over what is there), and whether it fails. */
interface Leaf {
  readonly kind: 'leaf';
  readonly answers: 'at once' | 'in a microtask' | 'later';
  readonly reads: readonly number[];
  readonly fails: boolean;
}
/** A pipeline as a node, once or over a list of so many items. */
interface Nest {
  readonly kind: 'nest';
  readonly inner: Graph;
  readonly reads: number;
  readonly items: number | undefined;
}
type Graph = readonly (Leaf | Nest)[];

const leaf: fc.Arbitrary<Leaf> = fc.record({
  kind: fc.constant('leaf'),
  answers: fc.constantFrom('at once', 'in a microtask', 'later'),
  reads: fc.array(fc.nat(9), { maxLength: 3 }),
  fails: fc.constant(false),
});
const graph = (depth: number, leaves: fc.Arbitrary<Leaf>): fc.Arbitrary<Graph> => {
  const nest = (): fc.Arbitrary<Nest> =>
    fc.record({
      kind: fc.constant('nest'),
      inner: graph(depth - 1, leaves),
      reads: fc.nat(9),
      items: fc.option(fc.nat(3), { nil: undefined }),
    });
  const part = depth === 0 ? leaves : fc.oneof({ weight: 3, arbitrary: leaves }, { weight: 1, arbitrary: nest() });
  return fc.array(part, { minLength: 1, maxLength: 6 });
};
const failing = leaf.chain((made) => fc.integer({ min: 0, max: 5 }).map((one) => ({ ...made, fails: one === 0 })));

type Values = Readonly<Record<string, unknown>>;

/** What every node computes: a number that depends on its name and on all that it reads. */
function compute(name: string, inputs: Values): number {
  let hash = 7;
  for (const character of `${name}${JSON.stringify(inputs)}`) hash = (hash * 31 + character.charCodeAt(0)) % 1_000_003;
  return hash;
}
const listOf = (seed: number, items: number): number[] => Array.from({ length: items }, (_, item) => seed + item);

/** The pipeline of a graph, with what it must give, worked out without it. */
class Built {
  readonly pipeline: Pipeline<{ x: number }, Record<string, unknown>>;
  readonly errors = new Set<unknown>();
  active = 0;
  peak = 0;
  readonly #graph: Graph;

  constructor(given: Graph) {
    this.#graph = given;
    this.pipeline = this.#pipelineOf(given, 'g');
  }

  expected(x: number): Values {
    return evaluate(this.#graph, 'g', x);
  }

  #pipelineOf(given: Graph, name: string): Pipeline<{ x: number }, Record<string, unknown>> {
    const nodes = given.flatMap((part, index) => {
      const own = `${name}${index}`;
      return part.kind === 'leaf' ? [this.#leafOf(part, own, name, index)] : this.#nestOf(part, own, name, index);
    });
    // Against the order in which they can run.
    return new Pipeline({ name, nodes: nodes.reverse() } as never) as never;
  }

  #leafOf({ answers, reads, fails }: Leaf, own: string, name: string, index: number): Unit<object, object> {
    const finish = (inputs: Values): number => {
      this.active--;
      if (!fails) return compute(own, inputs);
      const error = new Error(own);
      this.errors.add(error);
      throw error;
    };
    const run = (inputs: Values): unknown => {
      this.active++;
      this.peak = Math.max(this.peak, this.active);
      if (answers === 'at once') return finish(inputs);
      return (answers === 'later' ? later(null, 1) : Promise.resolve()).then(() => finish(inputs));
    };
    return node({ name: own, inputs: readBy(reads, name, index), run } as never);
  }

  #nestOf({ inner, reads, items }: Nest, own: string, name: string, index: number): Unit<object, object>[] {
    const [source] = readBy([reads], name, index) as [string];
    const nested = this.#pipelineOf(inner, `${own}_`);
    const outputs = { [`${own}_${inner.length - 1}`]: own };
    if (items === undefined) return [nested.asNode({ inputs: { [source]: 'x' }, outputs } as never)];
    const list = node({
      name: `${own}list`,
      inputs: [source],
      run: (inputs: Values) => listOf(inputs[source] as number, items),
    } as never) as Unit<object, object>;
    const mapped = nested.asNode({ inputs: { [`${own}list`]: 'x' }, outputs, mapOver: `${own}list` } as never);
    return [list, mapped];
  }
}

/** Names that part `index` reads: `x`, or what parts before it produce. */
function readBy(reads: readonly number[], name: string, index: number): string[] {
  const there = ['x', ...Array.from({ length: index }, (_, earlier) => `${name}${earlier}`)];
  return reads.length === 0 ? ['x'] : [...new Set(reads.map((read) => there[read % there.length]!))];
}

function evaluate(given: Graph, name: string, x: number): Record<string, unknown> {
  const values: Record<string, unknown> = { x };
  given.forEach((part, index) => {
    const own = `${name}${index}`;
    const reads = readBy(part.kind === 'leaf' ? part.reads : [part.reads], name, index);
    if (part.kind === 'leaf') {
      values[own] = compute(own, Object.fromEntries(reads.map((read) => [read, values[read]])));
      return;
    }
    const source = values[reads[0]!] as number;
    const last = (item: number): unknown => evaluate(part.inner, `${own}_`, item)[`${own}_${part.inner.length - 1}`];
    if (part.items === undefined) {
      values[own] = last(source);
      return;
    }
    values[`${own}list`] = listOf(source, part.items);
    values[own] = listOf(source, part.items).map(last);
  });
  delete values.x;
  return values;
}

/** Checks, event by event, that every start has its end, and that nothing ends before what is inside it. */
class Pairing {
  readonly #open = new Map<number, { readonly kind: string; readonly parent: number | undefined }>();
  readonly faults: string[] = [];
  started = 0;

  readonly callback: Callback = Object.fromEntries(
    ['Pipeline', 'Node', 'Map', 'MapItem'].flatMap((kind) => [
      [`on${kind}Start`, (event: Span) => this.#start(kind, event)],
      [`on${kind}End`, (event: Span) => this.#end(kind, event)],
    ]),
  );

  #start(kind: string, { spanId, parentSpanId, path }: Span): void {
    this.started++;
    if (this.#open.has(spanId)) this.faults.push(`${path} starts twice`);
    if (parentSpanId !== undefined && !this.#open.has(parentSpanId)) this.faults.push(`${path} starts outside`);
    this.#open.set(spanId, { kind, parent: parentSpanId });
  }

  #end(kind: string, { spanId, path }: Span): void {
    if (this.#open.get(spanId)?.kind !== kind) this.faults.push(`${path} ends without a start`);
    this.#open.delete(spanId);
    for (const { parent } of this.#open.values()) if (parent === spanId) this.faults.push(`${path} ends too early`);
  }

  check(): void {
    expect(this.faults).toEqual([]);
    expect(this.#open).toEqual(new Map());
  }
}
interface Span {
  readonly spanId: number;
  readonly parentSpanId: number | undefined;
  readonly path: string;
}

const concurrency = fc.constantFrom(1, 2, 3, 100);

describe('any graph', () => {
  it('gives what its functions give when called by hand, at any concurrency', async () => {
    await fc.assert(
      fc.asyncProperty(graph(2, leaf), fc.nat(99), concurrency, async (given, x, limit) => {
        const built = new Built(given);
        expect(await built.pipeline.run({ x }, { concurrency: limit })).toEqual(built.expected(x));
        expect(built.peak).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('gives the same for each item of a map and of a stream', async () => {
    await fc.assert(
      fc.asyncProperty(
        graph(1, leaf),
        fc.array(fc.nat(99), { maxLength: 5 }),
        concurrency,
        async (given, xs, limit) => {
          const built = new Built(given);
          const expected = xs.map((x) => built.expected(x));
          expect(await built.pipeline.map({ x: xs }, { over: 'x', concurrency: limit })).toEqual(expected);
          const streamed: unknown[] = [];
          for await (const { value } of built.pipeline.stream({ x: xs }, { over: 'x', concurrency: limit }))
            streamed.push(value);
          expect(streamed).toEqual(expected);
          expect(built.peak).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });

  it('gives the same without promises', async () => {
    const immediate = leaf.map((made) => ({ ...made, answers: 'at once' }) as const);
    await fc.assert(
      fc.asyncProperty(graph(2, immediate), fc.nat(99), async (given, x) => {
        const built = new Built(given);
        expect(built.pipeline.runSync({ x })).toEqual(built.expected(x));
      }),
    );
  });

  it('tells of a start and an end for everything, and gives the same when watched', async () => {
    await fc.assert(
      fc.asyncProperty(graph(2, leaf), fc.nat(99), concurrency, async (given, x, limit) => {
        const built = new Built(given);
        const pairing = new Pairing();
        const options = { concurrency: limit, callbacks: [pairing.callback] };
        expect(await built.pipeline.run({ x }, options)).toEqual(built.expected(x));
        pairing.check();
        expect(pairing.started).toBeGreaterThan(given.length);
      }),
    );
  });
});

describe('any graph with failing nodes', () => {
  it('throws what one of them threw, and everything that started has ended by then', async () => {
    await fc.assert(
      fc.asyncProperty(graph(2, failing), fc.nat(99), concurrency, async (given, x, limit) => {
        const built = new Built(given);
        const pairing = new Pairing();
        const outcome = await settled(built.pipeline.run({ x }, { concurrency: limit, callbacks: [pairing.callback] }));
        pairing.check();
        if ('value' in outcome) expect(outcome.value).toEqual(built.expected(x));
        else {
          expect(built.errors).toContain(outcome.error);
          expect(nodePath(outcome.error)?.split(' > ').at(-1)).toBe((outcome.error as Error).message);
        }
      }),
    );
  });

  it('gives what does not depend on them, when errors are collected', async () => {
    await fc.assert(
      fc.asyncProperty(graph(1, failing), fc.nat(99), concurrency, async (given, x, limit) => {
        const built = new Built(given);
        const pairing = new Pairing();
        const found = await built.pipeline.run(
          { x },
          { concurrency: limit, onError: 'collect', callbacks: [pairing.callback] },
        );
        pairing.check();
        const expected = built.expected(x);
        for (const name of Object.keys(found)) expect(found[name]).toEqual(expected[name]);
        const broken = given.some((part) => part.kind === 'leaf' && part.fails);
        if (broken) expect(Object.keys(found).length).toBeLessThan(Object.keys(expected).length);
      }),
    );
  });
});

describe('any graph that is stopped', () => {
  it.each(['abort', 'time-out'] as const)('by an %s has ended everything that it started', async (how) => {
    await fc.assert(
      fc.asyncProperty(graph(2, leaf), fc.nat(4), concurrency, async (given, delay, limit) => {
        const built = new Built(given);
        const pairing = new Pairing();
        const controller = new AbortController();
        const reason = new Error('enough');
        if (how === 'abort') setTimeout(() => controller.abort(reason), delay);
        const stop = how === 'abort' ? { signal: controller.signal } : { timeout: delay + 1 };
        const options = { ...stop, concurrency: limit, callbacks: [pairing.callback] };
        const outcome = await settled(built.pipeline.run({ x: 1 }, options));
        pairing.check();
        const { started } = pairing;
        if ('value' in outcome) expect(outcome.value).toEqual(built.expected(1));
        else if (how === 'abort') expect((outcome.error as AbortError).cause).toBe(reason);
        else expect(outcome.error).toMatchObject({ code: 'TIMEOUT' });
        await later(null, 3);
        expect(pairing.started).toBe(started);
        pairing.check();
      }),
      { numRuns: 60 },
    );
  });
});

async function settled<T>(promise: Promise<T>): Promise<{ readonly value: T } | { readonly error: unknown }> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}
