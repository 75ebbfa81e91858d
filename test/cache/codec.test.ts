import fc from 'fast-check';
import { decodeValue, encodeValue, Unstorable } from 'hypernodes/cache';
import { describe, expect, it } from 'vitest';

const roundTrip = (value: unknown): unknown => {
  const encoded = encodeValue({ result: value });
  if (encoded instanceof Unstorable) throw new Error(encoded.message);
  return decodeValue(encoded)!.result;
};

const shared = { deep: [1] };
const cyclic: unknown[] = [1];
cyclic.push(cyclic);
const buffer = new ArrayBuffer(16);

const faithful: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  true: true,
  false: false,
  zero: 0,
  minusZero: -0,
  nan: Number.NaN,
  infinity: Infinity,
  bigint: 12345678901234567890n,
  latin: 'café',
  wide: 'κόσμε 🎉',
  loneSurrogate: 'a\ud800b',
  longText: 'x'.repeat(100_000),
  list: [1, 'a', null, undefined],
  record: { a: 1, b: { c: [2] } },
  map: new Map<unknown, unknown>([
    [1, 'a'],
    [{ k: 1 }, new Map()],
  ]),
  set: new Set([1, 'a', { b: 1 }]),
  date: new Date(1234),
  regexp: /a+b/giu,
  match: 'ab'.match(/(?<first>a)/),
  boxed: [Object(1), Object('ab'), Object(true)],
  url: new URL('https://host/path?q=1#h'),
  search: new URLSearchParams('a=1&a=2'),
  nullPrototype: Object.assign(Object.create(null), { a: 1 }),
  symbol: Symbol.for('kind'),
  buffer: Buffer.from('bytes'),
  bytes: Uint8Array.of(1, 2, 3),
  floats: Float32Array.of(1.5, -2),
  doubles: Float64Array.of(Math.PI),
  bigs: BigInt64Array.of(1n, -1n),
  view: new DataView(new ArrayBuffer(4)),
  arrayBuffer: new ArrayBuffer(8),
  nestedBytes: { vectors: [Float32Array.of(1), Float32Array.of(2)] },
  protoKey: JSON.parse('{"__proto__":{"polluted":true}}'),
  markKey: { '\u0000hypernodes': 'url', href: 'x', u: new URL('http://a') },
};

describe('a stored value', () => {
  it.each(Object.entries(faithful))('comes back as it was: %s', (_, value) => {
    const back = roundTrip(value);
    expect(back).toStrictEqual(value);
    if (typeof value === 'object' && value !== null) {
      expect(Object.getPrototypeOf(back)).toBe(Object.getPrototypeOf(value));
    }
  });

  it('keeps sparse holes, sharing and cycles', () => {
    const sparse: unknown[] = [1];
    sparse[2] = 3;
    expect(1 in (roundTrip(sparse) as unknown[])).toBe(false);
    const [first, second] = roundTrip([shared, shared]) as unknown[];
    expect(first).toBe(second);
    const back = roundTrip(cyclic) as unknown[];
    expect(back[1]).toBe(back);
  });

  it('keeps two views of one buffer on one buffer', () => {
    const back = roundTrip({ a: new Uint8Array(buffer, 0, 8), b: new Uint8Array(buffer, 8, 8) }) as {
      a: Uint8Array;
      b: Uint8Array;
    };
    expect(back.a.buffer).toBe(back.b.buffer);
    expect(back.b.byteOffset).toBe(8);
  });

  it('keeps errors with class, cause, code and stack', () => {
    const error = Object.assign(new RangeError('far', { cause: new TypeError('root') }), { code: 'E_FAR' });
    const back = roundTrip([error, new AggregateError([new Error('one')], 'many')]) as [
      RangeError & { code: string },
      AggregateError,
    ];
    expect(back[0]).toBeInstanceOf(RangeError);
    expect(back[0]).toMatchObject({ message: 'far', code: 'E_FAR', stack: error.stack });
    expect(back[0].cause).toBeInstanceOf(TypeError);
    expect(back[1].errors[0]).toBeInstanceOf(Error);
    expect(Object.keys(back[0])).toEqual(['code']);
  });

  it('keeps a buffer and its view together, and how fields of errors are listed', () => {
    const back = roundTrip({ buffer, view: new Uint8Array(buffer, 4, 4) }) as { buffer: ArrayBuffer; view: Uint8Array };
    expect(back.view.buffer).toBe(back.buffer);
    const error = new Error('a');
    error.cause = 'assigned, not given';
    expect(Object.keys(roundTrip(error) as Error)).toEqual(['cause']);
  });

  it('does not copy a large typed array when it is loaded', () => {
    const encoded = encodeValue({ result: new Float32Array(1 << 20) }) as Uint8Array;
    expect((decodeValue(encoded)!.result as Float32Array).buffer).toBe(encoded.buffer);
  });

  it.each<[string, ArrayBufferView]>([
    ['floats', Float32Array.of(1, 2, 3)],
    ['bytes', Uint8Array.of(1)],
    ['a part of a buffer', new Uint16Array(buffer, 4, 3)],
    ['a DataView', new DataView(buffer, 8)],
  ])('gives a typed array the buffer that its code expects: %s', (_, view) => {
    for (const back of [roundTrip(view), (roundTrip({ a: [view, Object.create(null)] }) as { a: unknown[] }).a[0]]) {
      const { buffer: own, byteOffset, byteLength } = back as ArrayBufferView;
      expect([byteOffset, own.byteLength]).toEqual([0, byteLength]);
      expect(back).toStrictEqual(view);
    }
  });

  it('is the same bytes each time, with nothing in them of what was in memory before', () => {
    const encodings = new Set<string>();
    for (let round = 0; round < 50; round++) {
      Buffer.allocUnsafeSlow(200).fill(round);
      const encoded = encodeValue({ a: 'x'.repeat(101), b: 'y', c: Uint8Array.of(1, 2, 3) }) as Uint8Array;
      encodings.add(Buffer.from(encoded).toString('hex'));
    }
    expect(encodings.size).toBe(1);
  });

  it('takes up no more than what it shows of a large buffer', () => {
    const window = new Float32Array(new ArrayBuffer(1_000_000), 0, 2);
    expect((encodeValue({ window: [window, Object.create(null)] }) as Uint8Array).byteLength).toBeLessThan(1000);
  });

  class Client {}
  class Bytes extends Uint8Array {}
  const searching = /a/g;
  searching.lastIndex = 1;
  it.each([
    ['a function', { docs: [{ run: () => 1 }] }, 'result.docs[0].run'],
    ['an instance', { client: new Client() }, 'result.client'],
    ['a promise', [Promise.resolve()], 'result[0]'],
    ['a unique symbol', { kind: Symbol('k') }, 'result.kind'],
    ['an instance among the properties of a list', Object.assign([1], { client: new Client() }), 'result.client'],
    ['a list with symbol keys', [Object.assign([1], { [Symbol.for('k')]: 1 })], 'result[0]'],
    ['a list with hidden fields', [((strings: TemplateStringsArray) => strings)`text`], 'result[0]'],
    ['a Map with fields', { map: Object.assign(new Map(), { a: 1 }) }, 'result.map'],
    ['a Date with fields', { date: Object.assign(new Date(0), { a: 1 }) }, 'result.date'],
    ['a boxed text with fields', [Object.assign(Object('ab'), { a: 1 })], 'result[0]'],
    ['hidden fields', { a: Object.defineProperty({}, 'hidden', { value: 1 }) }, 'result.a'],
    ['an error with symbol keys', [Object.assign(new Error('a'), { [Symbol.for('k')]: 1 })], 'result[0]'],
    ['a view of shared memory', { view: new Uint8Array(new SharedArrayBuffer(4)) }, 'result.view'],
    ['an instance of a subclass of a typed array', { bytes: new Bytes(2) }, 'result.bytes'],
    ['a RegExp in use', { pattern: searching }, 'result.pattern'],
  ])('is refused when it holds %s, by its path', (_, value, path) => {
    const encoded = encodeValue({ result: value });
    expect(encoded).toBeInstanceOf(Unstorable);
    expect((encoded as Unstorable).path).toBe(path);
  });

  it('law: any plain data comes back equal', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withTypedArray: true,
          withSparseArray: true,
          withNullPrototype: true,
        }),
        (value) => {
          expect(roundTrip(value)).toStrictEqual(value);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('law: changed bytes are another value or nothing, never a crash or a polluted prototype', () => {
    const encoded = encodeValue({ result: faithful.record, more: faithful.url, text: 'abc' }) as Uint8Array;
    fc.assert(
      fc.property(fc.nat(encoded.length - 1), fc.nat(255), fc.nat(encoded.length), (at, byte, length) => {
        const changed = Uint8Array.from(encoded);
        changed[at] = byte;
        decodeValue(changed.subarray(0, length));
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });
});
