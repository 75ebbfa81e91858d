import { inspect, isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { pack, unpack } from 'hypernodes/pack';
import { describe, expect, it } from 'vitest';

/** Data of every kind that the contract names, nested and shared. */
const data = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withObjectString: false,
  withTypedArray: true,
  withSparseArray: true,
  withUnicodeString: true,
  maxDepth: 5,
});

/** For `node:util`, one invalid date is not equal to another; the table of cases has them. */
const comparable = data.filter((value) => !inspect(value, { depth: 10 }).includes('Invalid Date'));

/** Anything beside it makes a payload take the form that functions need. */
const beside = () => 'function';

function throughGraph<T>(value: T): T {
  return (unpack(pack({ value, beside })) as { value: T }).value;
}

describe('laws of data', () => {
  it('unpack(pack(x)) equals x', () => {
    fc.assert(
      fc.property(comparable, (value) => isDeepStrictEqual(unpack(pack(value)), value)),
      { numRuns: 500 },
    );
  });

  it('unpack(pack(x)) equals x beside a function too', () => {
    fc.assert(
      fc.property(comparable, (value) => isDeepStrictEqual(throughGraph(value), value)),
      { numRuns: 500 },
    );
  });

  it('an equal structure packs to equal bytes', () => {
    fc.assert(
      fc.property(fc.clone(data, 2), ([a, b]) => {
        expect(pack({ value: a, beside })).toEqual(pack({ value: b, beside }));
      }),
    );
  });

  it('what is one object stays one, and two stay two', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.object(), fc.array(fc.integer())), { minLength: 1 }),
        fc.array(fc.nat()),
        (pool, picks) => {
          const value = picks.map((pick) => pool[pick % pool.length]);
          for (const copy of [unpack(pack(value)) as unknown[], throughGraph(value)]) {
            for (const [i, a] of copy.entries()) {
              for (const [j, b] of copy.entries()) expect(a === b).toBe(value[i] === value[j]);
            }
          }
        },
      ),
    );
  });

  it('any graph of objects keeps its shape', () => {
    const edges = fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.string()), { maxLength: 40 });
    fc.assert(
      fc.property(edges, (links) => {
        const nodes = Array.from({ length: 10 }, (_, id) => ({ id, links: new Map<string, unknown>() }));
        for (const [from, to, label] of links) nodes[from]!.links.set(label, nodes[to]);
        for (const copy of [unpack(pack(nodes)) as typeof nodes, throughGraph(nodes)]) {
          const drawn = copy.map(({ links: own }) =>
            [...own].map(([label, to]) => [label, copy.indexOf(to as (typeof nodes)[0])]),
          );
          const original = nodes.map(({ links: own }) =>
            [...own].map(([label, to]) => [label, nodes.indexOf(to as (typeof nodes)[0])]),
          );
          expect(drawn).toEqual(original);
        }
      }),
    );
  });

  it('long tables beside functions keep what differs from row to row', () => {
    const cell = fc.oneof(fc.integer(), fc.double(), fc.string(), fc.constantFrom(undefined, null, true, -0, NaN));
    const row = fc.oneof(
      fc.record({ id: fc.integer(), cells: fc.array(cell, { maxLength: 4 }) }),
      fc.record({ id: fc.string(), cells: fc.array(cell), more: cell }, { requiredKeys: [] }),
      fc.dictionary(fc.string(), cell),
    );
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 40 }),
        (kinds, picks) => {
          const rows = Array.from({ length: 600 }, (_, i) =>
            structuredClone(kinds[(picks[i % 40] ?? 0) % kinds.length]),
          );
          return isDeepStrictEqual(throughGraph(rows), rows);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('arrays beside functions keep holes, names and getters, however long and many they are', () => {
    const named = Object.assign([1, 2], { label: 'named' });
    const match = /b(?<rest>.*)/.exec('abc');
    // biome-ignore lint/suspicious/noSparseArray: that is what is tested
    const holes = [1, , 3];
    const long = Object.assign(new Array(5000).fill(1), { label: 'long' });
    const longHoles = new Array(5000).fill(1);
    delete longHoles[4000];
    const plain = Array.from({ length: 300 }, (_, i) => [i, [i]]);
    const value = [...plain, holes, longHoles, long, new Array(2000).fill('x'), ...plain, named, match, holes];
    const copy = throughGraph(value);
    expect(isDeepStrictEqual(copy, value)).toBe(true);
    expect(1 in copy[300]!).toBe(false);
    const counted = Object.defineProperty([0, 1], 0, {
      get: () => counted.length,
      enumerable: true,
      configurable: true,
    });
    for (const there of [throughGraph(counted), unpack(pack(counted)) as number[]]) {
      there.push(5);
      expect(there).toEqual([3, 1, 5]);
    }
  });

  it('keys of any name are keys and nothing else', () => {
    const keys = fc.oneof(
      fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', '0', ''),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.uniqueArray(keys), (names) => {
        const value = Object.fromEntries(names.map((name) => [name, { polluted: name }]));
        for (const copy of [unpack(pack(value)) as object, throughGraph(value)]) {
          expect(Object.keys(copy)).toEqual(Object.keys(value));
          expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
        }
        expect('polluted' in {}).toBe(false);
      }),
    );
  });

  it('views on overlapping memory still overlap, at the same distance', () => {
    const view = fc.record({ start: fc.nat(40), length: fc.nat(24) });
    fc.assert(
      fc.property(
        fc.array(view, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        fc.nat(7),
        (views, withBuffer, shift) => {
          const buffer = new ArrayBuffer(64);
          const arrays = views.map(({ start, length }) => new Uint8Array(buffer, start, length));
          const bytes = pack(withBuffer ? { arrays, buffer } : { arrays });
          // A payload may begin anywhere in the memory of the one who received it.
          const shifted = new Uint8Array(bytes.length + shift).subarray(shift);
          shifted.set(bytes);
          const { arrays: copies } = unpack(shifted) as { arrays: Uint8Array[] };
          for (const [i, copy] of copies.entries()) {
            copy.fill(i + 1);
            arrays[i]!.fill(i + 1);
          }
          expect(copies).toEqual(arrays);
        },
      ),
    );
  });
});
