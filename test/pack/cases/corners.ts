import { AssertionError, strictEqual } from 'node:assert';
import { runInNewContext } from 'node:vm';
import type { Cases } from './case.ts';

let current = 1;
current = 3;

type Old = { (this: unknown): void; prototype: object };
function made(fn: () => void): unknown {
  return Reflect.construct(fn, []);
}
const Replaced = function (this: unknown) {} as Old;
Replaced.prototype = { get: () => current };
const replaced = made(Replaced) as { get(): number };
const OldError = function (this: Error) {
  this.message = 'old';
} as Old;
OldError.prototype = Object.create(Error.prototype) as object;
const oldError = made(OldError) as Error;

const AsyncFunction = (async () => {}).constructor;
const TypedArray = Object.getPrototypeOf(Uint8Array) as Function;
const IteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object;
const ownIterator = Object.create(IteratorPrototype, { next: { value: () => ({ done: true }) } }) as Iterable<number>;
const GeneratorPrototype = Object.getPrototypeOf(function* () {}) as object;
function* numbers(): Generator<number> {
  yield current;
}
Object.assign(numbers.prototype as object, { label: () => 'numbers' });

class Aliased {
  values() {
    return [current];
  }
  first() {
    return 1;
  }
  second() {
    return 2;
  }
  get size() {
    return 1;
  }
  static one = () => 1;
  static two = () => 2;
  static gone: number | undefined = 1;
}
const loose = Aliased.prototype as unknown as Record<string | symbol, unknown>;
loose.alias = loose.values;
loose.first = loose.second;
Object.defineProperty(loose, 'size', { get: () => current });
Aliased.one = Aliased.two;
Aliased.gone = undefined;

class Registry {
  static #known: Registry | undefined;
  static #count = 0;
  static readonly #byObject = new WeakMap<object, number>();
  items: string[] = [];
  static get shared(): Registry {
    Registry.#known ??= new Registry();
    return Registry.#known;
  }
  static note(key: object): number {
    Registry.#byObject.set(key, ++Registry.#count);
    return Registry.#byObject.get(key)!;
  }
}
Registry.shared.items.push('kept');
Registry.note({});

class Vector extends Float32Array {
  label = 'v';
  norm() {
    return Math.hypot(...this);
  }
}
const vector = new Vector([3, 4]);
const labelled = Object.assign(new Uint8Array([1, 2]), { label: 'bytes' });
const frozenFunction = Object.freeze(() => current);
class Frozen {
  value = 1;
}
Object.freeze(Frozen);
Object.freeze(Frozen.prototype);
const bound = Object.assign(
  function (this: { base: number }, by: number) {
    return this.base + by;
  }.bind({ base: current }),
  { note: 'kept' },
);
const longer = Object.defineProperty(() => 1, 'length', { value: 7 });
const failed = ((): Error & { code: string } => {
  try {
    Buffer.alloc(-1);
  } catch (error) {
    return error as Error & { code: string };
  }
  throw new Error('did not fail');
})();
const aborted = new DOMException('stopped', 'AbortError');
const asserted = ((): unknown => {
  try {
    strictEqual(1, 2);
  } catch (error) {
    return error;
  }
  return undefined;
})() as AssertionError;
const foreign = runInNewContext(
  '({ list: [1, 2], map: new Map([[1, 2]]), error: new TypeError("t"), bytes: new Uint8Array([7]), add: (x) => [x] })',
) as { list: number[]; map: Map<number, number>; error: Error; bytes: Uint8Array; add(x: number): number[] };
const odd = new Uint8Array(new ArrayBuffer(17), 1, 15);
const oddDouble = new Float64Array(odd.buffer, 8, 1);
const shadowed = (() => {
  // biome-ignore lint/suspicious/noShadowRestrictedNames: that is what is tested
  const [undefined, Object, Math] = [5, { keys: () => current }, { max: () => 'm' }];
  return () => [undefined, Object.keys(), Math.max()];
})();
const namedLikeOurs = (() => {
  let [$hn0, $hn1, make, set] = [1, 2, 3, 4];
  const up = () => [++$hn0, ++$hn1, ++make, ++set];
  const read = () => [$hn0, $hn1, make, set];
  return () => [up(), read()];
})();
let long: { next: unknown; value: () => number } | undefined;
for (let i = 0; i < 20_000; i++) long = { next: long, value: () => current };

export const corners: Cases = {
  'a prototype that was replaced': () => [replaced.get(), replaced instanceof Replaced],
  'an error class without class': () => [oldError instanceof Error, oldError instanceof OldError, oldError.message],
  'intrinsics without a name': () => [
    (async () => {}) instanceof AsyncFunction,
    new Uint8Array() instanceof TypedArray,
    GeneratorPrototype === Object.getPrototypeOf(numbers),
  ],
  'an iterator of its own': () => [...ownIterator],
  'members of a generator': () => [(numbers() as unknown as { label(): string }).label(), [...numbers()]],
  'methods that were swapped': () => {
    const it = new Aliased() as unknown as Record<string, () => unknown> & { size: number };
    return [it.alias!(), it.first!(), it.second!(), it.size];
  },
  'statics that were swapped and emptied': () => [Aliased.one(), Aliased.two(), Aliased.gone],
  'the state of private statics': () => [Registry.shared.items, Registry.note({}), Registry.shared instanceof Registry],
  'a subclass of a typed array': () => [vector.norm(), vector.label, vector instanceof Vector],
  'a typed array with a property': () => [labelled.label, labelled.length],
  'frozen functions and classes': () => [
    Object.isFrozen(frozenFunction),
    Object.isFrozen(Frozen),
    Object.isFrozen(Frozen.prototype),
  ],
  'a bound function with a property': () => [bound(1), bound.note],
  'a length given later': () => longer.length,
  'an error of Node itself': () => [failed.code, failed instanceof RangeError, failed.message],
  'an error of the platform': () => [aborted instanceof DOMException, aborted.name, aborted.message, aborted.code],
  'an assertion error': () => [asserted instanceof AssertionError, asserted.actual, asserted.expected],
  'values of another realm': () => [
    Array.isArray(foreign.list),
    foreign.map.get(1),
    foreign.error.message,
    foreign.bytes[0],
    foreign.add(1)[0],
  ],
  'views that begin at odd places': () => {
    oddDouble[0] = 1;
    return [odd[14], odd.length];
  },
  'names that shadow what everybody knows': () => shadowed(),
  'names like those of the surroundings': () => namedLikeOurs(),
  'a long list with functions': () => {
    let length = 0;
    for (let at: typeof long = long; at; at = at.next as typeof long) length++;
    return [length, long!.value()];
  },
};
