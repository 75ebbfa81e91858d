// What the compiler accepts, and which types it finds without annotations; checked by types.test.ts on three compilers.
import {
  type Callback,
  failuresOf,
  GraphError,
  type GraphErrorCode,
  InProcessEngine,
  type Node,
  node,
  type nodePath,
  Pipeline,
  pipeline,
  stateful,
  type TypedPipeline,
  type Unit,
} from 'hypernodes';
import { z } from 'zod';

type Eq<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const assert = <T extends true>(_?: T) => {};
type IsAny<T> = 0 extends 1 & T ? true : false;

const clean = node('cleaned', ({ text }: { text: string }) => text.trim());
const count = node(
  'wordCount',
  async ({ cleaned, lang = 'en' }: { cleaned: string; lang?: string }) => cleaned.split(' ').length + lang.length,
);
const report = node('report', ({ text, wordCount }: { text: string; wordCount: number }) => ({ text, wordCount }));
const p = pipeline(clean, count, report);
const p2 = new Pipeline({ name: 'x', nodes: [clean, count, report] });
assert<Eq<Parameters<typeof p.run>[0], { text: string; lang?: string }>>();
const r = await p.run({ text: 'a' });
assert<Eq<typeof r, { cleaned: string; wordCount: number; report: { text: string; wordCount: number } }>>();
const rS = p.runSync({ text: 'a' });
assert<Eq<typeof rS, typeof r>>();
const r1 = await p.run({ text: 'a b' }, { outputs: ['wordCount'] });
assert<Eq<typeof r1, { wordCount: number }>>();
const rSig = await p.run({ text: 'a b' }, { signal: new AbortController().signal });
assert<Eq<typeof rSig, typeof r>>();
const r2 = await p2.map({ text: ['a', 'b'] }, { over: 'text' });
assert<Eq<(typeof r2)[number], { cleaned: string; wordCount: number; report: { text: string; wordCount: number } }>>();
const col = r2.column('wordCount');
assert<Eq<typeof col, number[]>>();
const r3 = await p2.map(
  { text: ['a', 'b'], lang: ['en', 'de'] },
  { over: ['text', 'lang'], mode: 'product', outputs: ['wordCount'] },
);
assert<Eq<(typeof r3)[number], { wordCount: number }>>();
const rc = await p2.map({ text: ['a'] }, { over: 'text', onError: 'collect' });
const cc = rc.column('wordCount');
assert<Eq<typeof cc, (number | undefined)[]>>();
const cf = rc.column('wordCount', 0);
assert<Eq<typeof cf, number[]>>();
const cn = rc.column('wordCount', null);
assert<Eq<typeof cn, (number | null)[]>>();
const items: readonly unknown[] = rc;
void items;
rc.stats.items satisfies number;
rc.failures[0]?.error satisfies unknown;
rc.failures[0]?.index satisfies number | undefined;
for await (const item of p.stream({ text: ['a'] }, { over: 'text', ordered: false })) {
  if ('value' in item) item.value!.wordCount satisfies number;

  item.index satisfies number;
}
async function* g() {
  yield 'a';
}
for await (const item of p.stream({ text: g() }, { over: 'text', outputs: ['cleaned'] }))
  if ('value' in item) {
    const v = item.value;
    assert<Eq<typeof v, { cleaned: string }>>();
  }

const inner = p.asNode({ inputs: { document: 'text' }, outputs: { wordCount: 'counts' }, mapOver: 'document' });
assert<Eq<typeof inner, Unit<{ document: readonly string[]; lang?: string }, { counts: number[] }>>>();
const total = node('total', ({ counts }: { counts: number[] }) => counts.reduce((a, b) => a + b, 0));
const outer = pipeline(inner, total);
assert<Eq<Parameters<typeof outer.run>[0], { document: readonly string[]; lang?: string }>>();
const ro = await outer.run({ document: ['x'] }, { outputs: ['total'] });
assert<Eq<typeof ro, { total: number }>>();
const bound = p.bind({ lang: 'en' });
await bound.run({ text: 'a' });
const boundAll = p.bind({ text: 'a' });
await boundAll.run({});
await boundAll.run();
// no inputs
const none = pipeline(node('one', () => 1));
await none.run({});
await none.run();
none.runSync();
await pipeline(node('o', ({ a = 1 }: { a?: number }) => a)).run();
// explicit
const count2 = node({ name: 'n', inputs: ['cleaned'], run: ({ cleaned }: { cleaned: string }) => cleaned.length });
assert<Eq<Parameters<typeof count2>[0], { cleaned: string }>>();
assert<Eq<typeof count2.name, 'n'>>();
const spec = node({ name: 'n', run: ({ cleaned }: { cleaned: string }) => cleaned.length, retries: 2 });
assert<Eq<Parameters<typeof spec>[0], { cleaned: string }>>();
const specMulti = node({ name: ['a', 'b'], run: ({ x }: { x: number }) => ({ a: x, b: String(x) }) });
const sm = await pipeline(specMulti).run({ x: 1 });
assert<Eq<typeof sm, { a: number; b: string }>>();
const specMulti2 = node({ name: ['a', 'b'], inputs: ['x'], run: ({ x }: { x: number }) => ({ a: x, b: String(x) }) });
const sm2 = await pipeline(specMulti2).run({ x: 1 });
assert<Eq<typeof sm2, { a: number; b: string }>>();
const schemaMulti = node({ name: ['a', 'b'], schemas: { x: z.number() }, run: ({ x }) => ({ a: x, b: String(x) }) });
const scm = await pipeline(schemaMulti).run({ x: 1 });
assert<Eq<typeof scm, { a: number; b: string }>>();
const specZero = node({ name: 'z', run: () => 5, cache: false });
assert<Eq<Awaited<ReturnType<ReturnType<typeof pipeline<[typeof specZero]>>['run']>>, { z: number }>>();
const specOut = node({ name: 'z', output: z.number(), run: ({ q }: { q: string }) => q.length });
await pipeline(specOut).run({ q: 'a' });
const specCtx = node({
  name: 'z',
  run: ({ q }: { q: string }, ctx) => {
    ctx.log(q);
    return ctx.path;
  },
});
assert<Eq<Parameters<typeof specCtx>[0], { q: string }>>();
const count3 = node({
  name: 'n3',
  schemas: { cleaned: z.string(), lang: z.string().default('en') },
  output: z.number(),
  run: ({ cleaned, lang }) => cleaned.length + lang.length,
});
const p3 = pipeline(clean, count3);
assert<Eq<Parameters<typeof p3.run>[0], { text: string; lang?: string }>>();
assert<Eq<Awaited<ReturnType<typeof p3.run>>['n3'], number>>();
const schemaCtx = node({
  name: 'n3',
  schemas: { a: z.coerce.date() },
  run: ({ a }, ctx) => {
    ctx.progress(1);
    a satisfies Date;
    return a.getTime();
  },
  timeout: 100,
});
void schemaCtx;
// options positional
node('n', ({ a }: { a: number }) => a, {
  cache: false,
  version: '1',
  deps: [1, clean],
  retries: { retries: 3, delay: 5 },
  timeout: 100,
  label: 'x',
  batch: ({ a }) => {
    a satisfies number[];
    return a;
  },
});
node('n', async ({ a }: { a: number }) => a, { retries: 3, batch: async ({ a }) => a.map((x) => x) });
node('n', ({ a }: { a: number }, ctx) => {
  ctx.signal satisfies AbortSignal;
  ctx.attempt satisfies number;
  ctx.path satisfies string;
  ctx.progress(1, 2);
  return a;
});
node('n', ({ a }: { a: number }, { signal, log }) => {
  log('x');
  return signal.aborted ? a : 0;
});
// interface inputs
interface In {
  a: string;
  b?: number;
}
const viaInterface = node('vi', ({ a, b = 1 }: In) => a + b);
await pipeline(viaInterface).run({ a: 'x' });
// direct nesting
const direct = pipeline(
  p,
  total,
  node('counts', ({ wordCount }: { wordCount: number }) => [wordCount]),
);
assert<Eq<Parameters<typeof direct.run>[0], { text: string; lang?: string }>>();
// union
const u = node('u', ({ a }: { a: string | number }) => String(a));
const mk = node('a', () => 1);
assert<Eq<Parameters<ReturnType<typeof pipeline<[typeof u, typeof mk]>>['run']>[0], {}>>();
await pipeline(u, mk).run({});
// produced subtype, readonly arrays
const roIn = node('len', ({ xs }: { xs: readonly number[] }) => xs.length);
const rwOut = node('xs', () => [1, 2]);
await pipeline(roIn, rwOut).run({});
// rename
const ren = clean.rename({ inputs: { text: 'body' }, outputs: { cleaned: 'tidy' } });
const rr = await pipeline(ren).run({ body: 'x' });
assert<Eq<typeof rr, { tidy: string }>>();
assert<Eq<typeof ren.name, 'tidy'>>();
ren({ body: 'x' }) satisfies string;
const withed = clean.with({ retries: 2 });
assert<Eq<typeof withed, typeof clean>>();
// several
const stats = node(['mean', 'max'], ({ xs }: { xs: number[] }) => ({ mean: 1, max: Math.max(...xs) }));
const st = await pipeline(stats).run({ xs: [1] });
assert<Eq<typeof st, { mean: number; max: number }>>();
const stA = node(['mean', 'max'], async ({ xs }: { xs: number[] }) => ({ mean: 1, max: Math.max(...xs) }));
const sta = await pipeline(stA).run({ xs: [1] });
assert<Eq<typeof sta, { mean: number; max: number }>>();
// select, with, override
const sel = p.select('wordCount');
const sr = await sel.run({ text: 'a' });
assert<Eq<typeof sr, { wordCount: number }>>();
await p.run({ cleaned: 'x' }, { override: ['cleaned'], outputs: ['wordCount'] });
const w = p.with({ callbacks: [], cache: null, timeout: 5, name: 'n', concurrency: 2, engine: new InProcessEngine() });
await w.run({ text: 'a' });
const partial = await p.run({ text: 'a' }, { onError: 'collect' });
partial.wordCount satisfies number | undefined;
// stateful
const model = stateful(() => ({ predict: (x: number) => x }), { key: ['model', 'a'] });
const usesModel = node('pred', ({ x, model }: { x: number; model: { predict(x: number): number } }) =>
  model.predict(x),
);
await pipeline(usesModel).bind({ model }).run({ x: 1 });
const amodel = stateful(async () => ({ predict: (x: number) => x }));
await pipeline(usesModel).bind({ model: amodel }).run({ x: 1 });
// any leaks
assert<Eq<IsAny<typeof r.wordCount>, false>>();
assert<Eq<IsAny<(typeof p.nodes)[number]>, false>>();
assert<Eq<IsAny<ReturnType<typeof nodePath>>, false>>();
assert<Eq<IsAny<Parameters<NonNullable<Callback['onNodeEnd']>>[0]['error']>, false>>();
const unknownOut = node('uo', () => JSON.parse('1') as unknown);
const uo = await pipeline(unknownOut).run({});
assert<Eq<typeof uo, { uo: unknown }>>();
// untyped
const un = pipeline.untyped([clean, count]);
const ur = await un.run({ text: 'a' });
ur.wordCount satisfies unknown;
const un2 = pipeline.untyped<{ text: string }, { wordCount: number }>([clean, count]);
(await un2.run({ text: 'a' })).wordCount satisfies number;
// passing around
function runIt(x: Pipeline<{ text: string; lang?: string }, { wordCount: number }>) {
  return x.run({ text: 'a' });
}
void runIt;
const list: Node<'cleaned', { text: string }, string> = clean;
void list;
const tp: TypedPipeline<
  { text: string; lang?: string },
  { cleaned: string; wordCount: number; report: { text: string; wordCount: number } }
> = p;
void tp;
// callbacks
const cb: Callback = {
  onNodeStart: (event, ctx) => {
    event.path satisfies string;
    event.spanId satisfies number | string;
    ctx.get('x') satisfies unknown;
  },
  onPipelineEnd: ({ error, durationMs }) => {
    durationMs satisfies number;
    void error;
  },
  flush: async () => {},
  close() {},
};
new Pipeline({ nodes: [clean], callbacks: [cb] });
const err = new GraphError('GRAPH_CYCLE', 'x');
err.code satisfies GraphErrorCode;
err.path satisfies string | undefined;
err.hint satisfies string | undefined;
failuresOf(r).map((f) => f.path);
// nodes in an array variable
const nodes = [clean, count] as const;
new Pipeline({ nodes });
pipeline(...nodes);
// a generic factory
function upper<const N extends string>(name: N) {
  return node(name, ({ text }: { text: string }) => text.toUpperCase());
}
const up = await pipeline(upper('big')).run({ text: 'a' });
assert<Eq<typeof up, { big: string }>>();
// collect in asNode
const colN = p.asNode({ inputs: { ds: 'text' }, outputs: { wordCount: 'cs' }, mapOver: 'ds', onError: 'collect' });
const cr = await pipeline(colN).run({ ds: ['a'] });
assert<Eq<typeof cr, { cs: (number | undefined)[] }>>();
// map over several of asNode
const mul = pipeline(node('m', ({ x, y }: { x: number; y: number }) => x * y));
const mm = await pipeline(mul.asNode({ mapOver: ['x', 'y'], mapMode: 'product' })).run({ x: [1], y: [2] });
assert<Eq<typeof mm, { m: number[] }>>();
