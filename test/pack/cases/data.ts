import type { Cases } from './case.ts';

const shared = { shared: true };
const floats = new Float64Array([1.5, -0, Number.NaN, Number.POSITIVE_INFINITY]);
const oneBuffer = new ArrayBuffer(32);
const asBytes = new Uint8Array(oneBuffer, 4, 8);
const asWords = new Uint32Array(oneBuffer, 8, 4);
const dataView = new DataView(new Uint8Array([1, 2, 9]).buffer, 2);
const pooled = Buffer.from('pooled text');
const sparse: unknown[] = [1];
sparse[2] = 3;
sparse.length = 5;
const withProperty = Object.assign([1, 2], { label: 'list' });
const deep = ((): unknown => {
  let value: unknown = 'bottom';
  for (let i = 0; i < 20_000; i++) value = { value };
  return value;
})();
const rows = Array.from({ length: 300 }, (_, id) => (id === 250 ? Object.freeze({ id }) : { id }));
const emptyAccessor = Object.defineProperty({}, 'x', { get: undefined as never, configurable: true });
const stopped = new (
  DOMException as unknown as new (
    message: string,
    options: object,
  ) => DOMException & { cause: unknown }
)('stopped', { name: 'DataError', cause: 'why' });
const nullPrototype = Object.assign(Object.create(null) as Record<string, unknown>, { a: 1, hasOwnProperty: 2 });
const accessor = {
  first: 'a',
  get both() {
    return `${this.first}!`;
  },
};
const hidden = Object.defineProperty({ seen: 1 }, 'hidden', {
  value: 2,
  enumerable: false,
  writable: false,
  configurable: false,
});
const kind = Symbol('kind');
const otherKind = Symbol('kind');
const bySymbol = { [kind]: 1, [otherKind]: 2, [Symbol.for('app.shared')]: 3, [Symbol.toStringTag]: 'Tagged' };
const error = Object.assign(new RangeError('outer', { cause: new Error('inner', { cause: 'text' }) }), {
  code: 'E_TEST',
  details: { at: 3 },
});
const aggregate = new AggregateError([new TypeError('one'), 'two', error], 'many');
const mapWithCycle = new Map<unknown, unknown>();
mapWithCycle.set('self', mapWithCycle).set(mapWithCycle, 'key').set(Number.NaN, 0);
const setOfShared = new Set<unknown>([shared, [shared], 'a', null, undefined]);
const inherited = Object.create(
  { inheritedValue: 5, method: () => 'inherited' },
  { own: { value: 1, enumerable: true } },
) as { own: number; inheritedValue: number; method(): string };
const sealed = Object.seal({ a: 1 });
const locked = Object.preventExtensions({ b: [1] });
const regexp = /(?<year>\d{4})-[a-z]+/giu;
regexp.lastIndex = 3;
const url = new URL('https://user@example.com:8080/a/b?c=1#d');
const formatter = new Intl.NumberFormat('de-DE', { style: 'currency', currency: 'EUR' });
const match = /b(?<rest>.*)/.exec('abc')!;
const boxed = [Object(1), Object('text'), Object(false), Object(2n), Object(-0), Object(Symbol.for('boxed'))] as {
  valueOf(): unknown;
}[];

export const data: Cases = {
  primitives: () => [
    0,
    1,
    -1,
    1.5,
    -0,
    1e308,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    2 ** 53,
    true,
    false,
    null,
    undefined,
    '',
    10n ** 30n,
    -5n,
  ],
  'negative zero': () => Object.is(floats[1], -0),
  'strings of all kinds': () => ['latin é', '日本語', '\ud800 alone', '😀', '\0', 'x'.repeat(1000), '日'.repeat(1000)],
  dates: () => [new Date(0), new Date(Number.NaN).getTime(), new Date('2024-02-29T12:00:00Z')],
  'a regular expression with its position': () => [regexp.source, regexp.flags, regexp.lastIndex],
  'one object in two places': () => {
    const pair = [shared, { again: shared }] as const;
    return pair[0] === pair[1].again;
  },
  'a sparse array': () => [sparse.length, 1 in sparse, 2 in sparse, Object.keys(sparse)],
  'an array with a property': () => [withProperty.label, withProperty.length],
  'one frozen row among many': () => rows.map((row) => Object.isFrozen(row)).indexOf(true),
  'an accessor without getter and setter': () => Object.getOwnPropertyDescriptor(emptyAccessor, 'x'),
  'the cause of an error of the platform': () => [stopped.name, stopped.cause],
  'very deep nesting': () => {
    let value = deep as { value?: unknown } | string;
    let depth = 0;
    while (typeof value === 'object') {
      value = value.value as { value?: unknown } | string;
      depth++;
    }
    return [depth, value];
  },
  'an object without prototype': () => [
    Object.getPrototypeOf(nullPrototype),
    nullPrototype.a,
    nullPrototype.hasOwnProperty,
  ],
  'a getter of an object': () => [
    accessor.both,
    Object.keys(accessor),
    typeof Object.getOwnPropertyDescriptor(accessor, 'both')?.get,
  ],
  'hidden properties': () => [hidden, Object.getOwnPropertyDescriptor(hidden, 'hidden')],
  'properties named by symbols': () => [
    bySymbol[kind],
    bySymbol[otherKind],
    bySymbol[Symbol.for('app.shared') as never],
    String(bySymbol),
  ],
  'unique symbols stay distinct': () => [(kind as symbol) !== otherKind, kind.description, typeof kind],
  'an error with cause, code and details': () => {
    const cause = error.cause as Error;
    return [
      error instanceof RangeError,
      error.message,
      error.code,
      error.details,
      cause.message,
      cause.cause,
      typeof error.stack,
    ];
  },
  'hidden properties of errors': () => [
    Object.keys(error),
    Object.getOwnPropertyDescriptor(error, 'cause')?.enumerable,
  ],
  'an aggregate error': () => [
    aggregate instanceof AggregateError,
    aggregate.message,
    aggregate.errors.length,
    aggregate.errors[2] === error,
  ],
  'a map with a cycle': () => [
    mapWithCycle.get('self') === mapWithCycle,
    mapWithCycle.get(mapWithCycle),
    mapWithCycle.get(Number.NaN),
  ],
  'a set of shared things': () => [setOfShared.has(shared), setOfShared.size, [...setOfShared].slice(2)],
  'typed arrays': () => [floats, new Int8Array([-1]), new BigUint64Array([2n ** 63n]), new Uint8ClampedArray([300])],
  'two views on one buffer': () => {
    asBytes[4] = 7;
    return [asBytes.buffer === asWords.buffer, asWords[0], asBytes.byteOffset, oneBuffer.byteLength];
  },
  'a buffer is a Buffer': () => [Buffer.isBuffer(pooled), pooled.toString(), pooled.length],
  'a data view': () => dataView.getUint8(0),
  'an inherited object': () => [inherited.own, inherited.inheritedValue, inherited.method(), Object.keys(inherited)],
  'sealed and closed objects': () => [Object.isSealed(sealed), Object.isExtensible(locked), Object.isFrozen(locked)],
  'an URL': () => [url instanceof URL, url.href, url.searchParams.get('c')],
  'a formatter': () => formatter.format(1234.5),
  'a text encoder': () => new TextDecoder().decode(new TextEncoder().encode('ü')),
  'the match of a regular expression': () => [match.index, match.input, match.groups?.rest, match[0]],
  'wrapped primitives': () =>
    boxed.map((box) => [typeof box, box.valueOf()]).map(([type, value]) => [type, String(value)]),
  'keys that mean something to objects': () => {
    const keys = JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}') as object;
    return [Object.keys(keys), ({} as Record<string, unknown>)['1']];
  },
};
