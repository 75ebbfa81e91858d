import { execFileSync } from 'node:child_process';
import { createSecretKey } from 'node:crypto';
import { Resolver } from 'node:dns';
import { EventEmitter } from 'node:events';
import { MIMEType } from 'node:util';
import { Script } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheKey, DigestError, digest } from '../../src/identity/index.ts';

class Point {
  x = 1;
  _scratch = Math.random();
  #secret = Math.random();
  reveal(): number {
    return this.#secret;
  }
}
class Spot {
  x = 1;
}
class Keyed {
  at = Date.now() + Math.random();
  [cacheKey](): unknown {
    return ['keyed', 1];
  }
}

const cyclic: unknown[] = [1];
cyclic.push(cyclic);
const cyclicRecord: Record<string, unknown> = { a: 1 };
cyclicRecord.self = cyclicRecord;

/** Values that must all have different digests. */
const distinct: Record<string, unknown> = {
  one: 1,
  textOne: '1',
  bigOne: 1n,
  boxedOne: Object(1),
  true: true,
  textTrue: 'true',
  null: null,
  textNull: 'null',
  undefined: undefined,
  nan: Number.NaN,
  zero: 0,
  minusZero: -0,
  infinity: Infinity,
  minusInfinity: -Infinity,
  emptyText: '',
  emptyList: [],
  emptyRecord: {},
  emptyMap: new Map(),
  emptySet: new Set(),
  nullPrototype: Object.create(null),
  hole: new Array(1),
  listOfUndefined: [undefined],
  undefinedField: { a: undefined },
  date: new Date(0),
  regexp: /a/,
  globalRegexp: /a/g,
  url: new URL('http://host/'),
  urlText: 'http://host/',
  error: new Error('a'),
  typeError: new TypeError('a'),
  errorWithCause: new Error('a', { cause: 1 }),
  uint8: new Uint8Array(4),
  int8: new Int8Array(4),
  clamped: new Uint8ClampedArray(4),
  int32: new Int32Array(1),
  float32: new Float32Array(1),
  float64: new Float64Array(1),
  view: new DataView(new ArrayBuffer(4)),
  buffer: Buffer.alloc(4),
  arrayBuffer: new ArrayBuffer(4),
  sharedBuffer: new SharedArrayBuffer(4),
  loneSurrogate: '\ud800',
  otherSurrogate: '\ud801',
  replacement: '\ufffd',
  registeredSymbol: Symbol.for('a'),
  wellKnownSymbol: Symbol.iterator,
  leftNested: [[1], 2],
  rightNested: [1, [2]],
  oneNested: [[1, 2]],
  numberKeyMap: new Map([[1, 2]]),
  textKeyMap: new Map([['1', 2]]),
  orderedMap: new Map([
    [1, 2],
    [3, 4],
  ]),
  reorderedMap: new Map([
    [3, 4],
    [1, 2],
  ]),
  protoKey: JSON.parse('{"__proto__":1}'),
  constructorKey: JSON.parse('{"constructor":1}'),
  symbolField: { [Symbol.for('k')]: 1 },
  otherSymbolField: { [Symbol.for('k')]: 2 },
  listWithExtra: Object.assign([1], { index: 0 }),
  listOfOne: [1],
  splitRecord: { a: { b: 1 }, c: 2 },
  nestedRecord: { a: { b: 1, c: 2 } },
  plainPoint: { x: 1 },
  point: new Point(),
  spot: new Spot(),
  keyed: new Keyed(),
  cyclic,
  cyclicRecord,
  typedOfClass: new (class Pixels extends Uint8Array {})(4),
  regexpOfClass: new (class Pattern extends RegExp {})('a'),
  urlOfClass: new (class Link extends URL {})('http://host/'),
  searching: Object.assign(/a/g, { lastIndex: 1 }),
  symbolOnList: Object.assign([1], { [Symbol.for('k')]: 1 }),
  otherSymbolOnList: Object.assign([1], { [Symbol.for('k')]: 2 }),
  mapWithField: Object.assign(new Map(), { a: 1 }),
  setWithField: Object.assign(new Set(), { a: 1 }),
  dateWithField: Object.assign(new Date(0), { a: 1 }),
  regexpWithField: Object.assign(/a/, { a: 1 }),
  boxedWithField: Object.assign(Object(1), { a: 1 }),
  invalidDate: new Date(Number.NaN),
  domException: new DOMException('a'),
  otherDomException: new DOMException('a', 'AbortError'),
  pointWithConstructor: Object.assign(new Spot(), { constructor: 'x' }),
  german: new Intl.NumberFormat('de'),
  english: new Intl.NumberFormat('en'),
  germanOfClass: new (class Money extends Intl.NumberFormat {})('de'),
  englishOfClass: new (class Money extends Intl.NumberFormat {})('en'),
  latin: new TextDecoder('latin1'),
  utf8: new TextDecoder(),
  query: new URLSearchParams('a=1'),
  queryWithField: Object.assign(new URLSearchParams('a=1'), { n: 1 }),
  queryOfClass: new (class Query extends URLSearchParams {})('a=1'),
  headersWithField: Object.assign(new Headers(), { n: 1 }),
  bufferWithField: Object.assign(new ArrayBuffer(4), { n: 1 }),
};

describe('digest', () => {
  it('tells apart everything that a node can tell apart', () => {
    const seen = new Map<string, string>();
    for (const [name, value] of Object.entries(distinct)) {
      const known = digest(value);
      expect(`${name} like ${seen.get(known)}`).toBe(`${name} like undefined`);
      seen.set(known, name);
    }
  });

  it('does not depend on the order of object keys, on private fields, or on sharing', () => {
    expect(digest({ a: 1, b: [2, { c: 3, d: 4 }] })).toBe(digest({ b: [2, { d: 4, c: 3 }], a: 1 }));
    expect(digest(new Point())).toBe(digest(new Point()));
    expect(digest(new Keyed())).toBe(digest(new Keyed()));
    const shared = { deep: [1] };
    expect(digest([shared, shared])).toBe(digest([{ deep: [1] }, { deep: [1] }]));
  });

  it('never takes a property of a list or collection for an element', () => {
    class Tagged extends Map<unknown, unknown> {}
    const tagged = (a: unknown, b: unknown, key: unknown, value: unknown): Tagged =>
      Object.assign(new Tagged([[key, value]]), { a, b });
    const list = (a: unknown, b: unknown, element: unknown): unknown[] => Object.assign([element], { a, b });
    const parts = [1, 2, {}, []];
    const seen = new Set<string>();
    for (const a of parts) {
      for (const b of parts) {
        for (const c of parts) {
          seen.add(digest(list(a, b, c)));
          for (const d of parts) seen.add(digest(tagged(a, b, c, d)));
        }
      }
    }
    expect(seen.size).toBe(4 ** 3 + 4 ** 4);
  });

  it('tells what only looks empty from an empty object', () => {
    expect(new Set([{}, Math, JSON, Reflect, Intl, Atomics].map((value) => digest(value))).size).toBe(6);
  });

  it('sees every character of long texts, wherever they are cut into pieces', () => {
    const seen = new Set<string>();
    for (const length of [33, 1000, 32_767, 32_768, 32_769, 65_536, 100_000]) {
      const text = 'a'.repeat(length);
      const change = (at: number, character: string): string => text.slice(0, at) + character + text.slice(at + 1);
      const places = [0, Math.min(32_767, length - 1), Math.min(32_768, length - 1), length - 1];
      const others = new Set(places.flatMap((at) => ['b', '\u0161', '\ud83d', '\ude00'].map((c) => change(at, c))));
      for (const one of [text, ...others]) seen.add(digest(one));
      expect(digest([...text].join(''))).toBe(digest(text));
      expect(seen.size).toBe([...others].length + 1);
      seen.clear();
    }
  });

  it('goes as deep as data does', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(digest(deep)).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['a function', { items: [{ run: () => 1 }] }, 'items[0].run'],
    ['what inherits from another object', { doc: Object.create({ a: 1 }) }, 'doc'],
    ['what inherits from an instance', { doc: Object.create(new Spot()) }, 'doc'],
    ['what inherits from nothing known', Object.create(Object.assign(Object.create(null), { a: 1 })), ''],
    ['what Node keeps in native memory', [new Resolver()], '[0]'],
    ['a promise', { later: Promise.resolve() }, 'later'],
    ['a socket-like object', { docs: [0, { client: new EventEmitter() }] }, 'docs[1].client'],
    ['a weak map', new WeakMap(), ''],
    ['a unique symbol', { kind: Symbol('only here') }, 'kind'],
    ['a secret key', { auth: { key: createSecretKey(Buffer.from('k')) } }, 'auth.key'],
    ['what Node keeps in private fields', [new MIMEType('text/plain')], '[0]'],
    ['what Node keeps of what extends its classes', [new Script('1')], '[0]'],
    [
      'what the language keeps of what extends its classes',
      [new (class Registry extends FinalizationRegistry<number> {})(() => {})],
      '[0]',
    ],
    [
      'a getter that throws',
      {
        a: [
          {
            get far() {
              throw new Error('boom');
            },
          },
        ],
      },
      'a[0]',
    ],
    ['a value in a map', new Map([['k', { f: () => 1 }]]), 'get("k").f'],
  ])('refuses %s by its path', (_, value, path) => {
    expect(() => digest(value)).toThrow(DigestError);
    try {
      digest(value);
    } catch (error) {
      expect((error as DigestError).path).toBe(path);
    }
  });

  it('refuses what would take years to write out, and reads shared parts of any ordinary number', () => {
    let doubled: unknown = {};
    for (let level = 0; level < 60; level++) doubled = { left: doubled, right: doubled };
    expect(() => digest(doubled)).toThrow(/parts are shared too often/);
    const settings = { a: { b: [1] } };
    const rows = Array.from({ length: 5000 }, (_, id) => ({ id, settings }));
    expect(digest(rows)).toBe(digest(structuredClone(rows)));
  });

  it('identifies functions by whoever knows them', () => {
    const ofFunction = (value: { name: string }): string => value.name;
    expect(digest({ run: function a() {} }, { ofFunction })).not.toBe(digest({ run: function b() {} }, { ofFunction }));
  });

  it('law: equal structure, equal digest; any change, another one', () => {
    const seed = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true });
    fc.assert(
      fc.property(seed, seed, (a, b) => {
        expect(digest(structuredClone(a))).toBe(digest(a));
        const equal = (() => {
          try {
            expect(a).toStrictEqual(b);
            return true;
          } catch {
            return false;
          }
        })();
        if (!equal) expect(digest([a])).not.toBe(digest([b]));
      }),
      { numRuns: 500 },
    );
  });

  it('is the same in another process', () => {
    const program = `
      import { digest } from 'hypernodes/cache';
      process.stdout.write(digest({ b: [1, 'é', new Map([[1, new Date(5)]])], a: Float64Array.of(1.5) }));`;
    const elsewhere = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    expect(elsewhere).toBe(digest({ a: Float64Array.of(1.5), b: [1, 'é', new Map([[1, new Date(5)]])] }));
  });
});
