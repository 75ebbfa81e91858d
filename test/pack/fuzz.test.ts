import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { UnpackError } from 'hypernodes';
import { pack, unpack } from 'hypernodes/pack';
import { describe, expect, it } from 'vitest';

const factor = 3;
class Point {
  x = 1;
  norm() {
    return this.x * factor;
  }
}
const shared = { tags: new Set(['a']), at: new Date(0), bytes: new Float64Array([1, 2]) };
const samples = {
  plain: {
    rows: [
      { a: 1, b: 'text' },
      { a: 2, b: null },
    ],
    when: new Date(1),
    index: new Map([['k', [1, 2, 3]]]),
  },
  graph: {
    shared,
    again: shared,
    error: new TypeError('bad', { cause: shared }),
    big: 10n ** 20n,
    hole: Object.assign([], { 0: 1, 2: 2 }),
    boxed: Object(1),
  },
  functions: { point: new Point(), scale: (x: number) => x * factor },
};

/** Puts the right checksum on changed bytes, so that what is behind it gets to see them. */
function resealed(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(8, crc32(bytes.subarray(12), crc32(bytes.subarray(0, 8))), true);
  return bytes;
}

/** Reads whatever it is; anything but a result or an UnpackError fails the test. */
function read(bytes: Uint8Array, options?: { functions: false }): 'refused' | 'read' {
  try {
    unpack(bytes, options);
    return 'read';
  } catch (error) {
    if (!(error instanceof UnpackError)) throw error;
    return 'refused';
  }
}

const sampleName = fc.constantFrom(...(Object.keys(samples) as (keyof typeof samples)[]));

describe('bytes that are not what pack() made', () => {
  it('are refused when anything at all was changed', () => {
    fc.assert(
      fc.property(sampleName, fc.nat(), fc.integer({ min: 1, max: 255 }), (name, at, change) => {
        const bytes = pack(samples[name]);
        bytes[at % bytes.length]! ^= change;
        expect(read(bytes)).toBe('refused');
      }),
      { numRuns: 500 },
    );
  });

  it('are refused when the end is missing or something follows', () => {
    fc.assert(
      fc.property(sampleName, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 20 }), (name, length, tail) => {
        const bytes = pack(samples[name]);
        expect(read(bytes.subarray(0, length % bytes.length))).toBe('refused');
        expect(read(Buffer.concat([bytes, tail]))).toBe('refused');
      }),
    );
  });

  it('are refused or read, whoever made them, and never do harm', () => {
    const before = Reflect.ownKeys(Object.prototype);
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(
        fc.constantFrom('graph', 'plain') as fc.Arbitrary<'graph' | 'plain'>,
        fc.array(change, { minLength: 1, maxLength: 4 }),
        (name, changes) => {
          const bytes = pack(samples[name]);
          for (const [at, value] of changes) bytes[12 + (at % (bytes.length - 12))] = value;
          read(resealed(bytes), { functions: false });
        },
      ),
      { numRuns: 3000 },
    );
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
    expect({}).not.toHaveProperty('polluted');
  });

  it('may be any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(read(bytes)).toBe('refused');
      }),
    );
  });

  it.each([null, undefined, 'text', {}, [1, 2]])('may be no bytes: %s', (value) => {
    expect(() => unpack(value as never)).toThrowError(expect.objectContaining({ code: 'UNPACK_CORRUPT' }));
  });

  it('of a later format say so', () => {
    const bytes = pack(1);
    bytes[3] = 200;
    expect(() => unpack(resealed(bytes))).toThrowError(
      expect.objectContaining({ code: 'UNPACK_VERSION', name: 'UnpackError' }),
    );
  });
});

describe('{ functions: false }', () => {
  it.each([
    ['a function', () => 1],
    ['a class', Point],
    ['an instance of a class', new Point()],
    ['a function deep in data', { a: [new Map([['f', () => 1]])] }],
    ['a function of the language', Math.max],
    ['a class of the language', Map],
    ['an import', fc],
    ['a bound function', Math.max.bind(null, 1)],
  ])('refuses %s', (_, value) => {
    const payload = pack(value);
    expect(() => unpack(payload, { functions: false })).toThrowError(
      expect.objectContaining({ code: 'UNPACK_FUNCTIONS_REFUSED' }),
    );
  });

  it('refuses functions also when the payload denies to have any', () => {
    const payload = pack(() => 1);
    payload[5] = 0;
    expect(() => unpack(resealed(payload), { functions: false })).toThrowError(
      expect.objectContaining({ code: 'UNPACK_FUNCTIONS_REFUSED' }),
    );
  });

  it('takes data of every kind', () => {
    expect(unpack(pack(samples.plain), { functions: false })).toEqual(samples.plain);
    expect(unpack(pack(samples.graph), { functions: false })).toEqual(samples.graph);
    expect(unpack(pack(new URL('https://a.b')), { functions: false })).toEqual(new URL('https://a.b'));
  });
});
