import type { Cases } from './case.ts';

const constant = 7;
let changing = 1;
changing = 2;
const frozen = Object.freeze({ list: [1, 2, 3] });
const cyclic: { name: string; self?: unknown } = { name: 'loop' };
cyclic.self = cyclic;

function makeCounter(start: number) {
  let count = start;
  return { increment: () => ++count, read: () => count, add: (by: number) => (count += by) };
}
const counter = makeCounter(10);
counter.increment();
const shared = makeCounter(5);
const [left, right] = [makeCounter(0), makeCounter(100)];
left.increment();

let moduleHits = 0;
function hit(): number {
  return ++moduleHits;
}
const readHits = () => moduleHits;

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
function fibonacci(n: number): number {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}
const isEven = (n: number): boolean => n === 0 || isOdd(n - 1);
const isOdd = (n: number): boolean => n !== 0 && isEven(n - 1);
const compose =
  (f: (x: number) => number, g: (x: number) => number) =>
  (x: number): number =>
    f(g(x));
const composed = compose(
  (x) => x + constant,
  (x) => x * 2,
);
const threeDeep = (
  (a: number) => (b: number) => (c: number) => () =>
    a * 100 + b * 10 + c + constant
)(1)(2)(3);
const loopClosures: (() => number)[] = [];
for (let i = 0; i < 3; i++) loopClosures.push(() => i * 10);
const inBlock = (() => {
  {
    const hidden = 'block';
    return () => hidden;
  }
})();
const shadowed = (() => {
  const constant = 'inner';
  return () => [constant, ((constant: number) => constant + 1)(1)];
})();
const once = (() => {
  let value: { made: number } | undefined;
  let calls = 0;
  return () => {
    calls++;
    value ??= { made: calls };
    return { value, calls };
  };
})();
const memo = new Map<number, number>();
const memoised = (n: number): number => {
  const known = memo.get(n);
  if (known !== undefined) return known;
  memo.set(n, n * n);
  return n * n;
};
memoised(4);
const caught = (() => {
  try {
    throw new Error('inside');
  } catch (error) {
    return () => (error as Error).message;
  }
})();
const withDefaults = (a: number, b = a + constant, { c = b * 2, ...rest }: { c?: number; d?: number } = {}) => [
  a,
  b,
  c,
  rest,
];
const labels = { x: (() => constant)(), ['y'.toUpperCase()]: 2 };
const tagged = (parts: TemplateStringsArray, ...values: unknown[]) => parts.raw.join('|') + values.join(',');
const $dollar = 3;
const ünïcode = 'ü';
const argumentsOfOuter = (function (..._: number[]) {
  // biome-ignore lint/complexity/noArguments: that is what is tested
  return () => Array.from(arguments);
})(1, 2, 3);
const bigintConstant = 12345678901234567890n;
const mutableList = [1, 2];
const push = (x: number) => mutableList.push(x);
const listSize = () => mutableList.length;
const undefinedConstant = undefined;
const nested = { level: { fn: () => constant * 2, again: { fn: () => changing } } };
const handlers = new Map<string, (x: number) => number>([
  ['double', (x) => x * 2],
  ['shift', (x) => x + constant],
]);
const plugins = new Set([() => 'a', () => `b${constant}`]);
const left2 = (x: number): number => (x > 0 ? right2(x - 1) + 1 : changing);
const right2 = (x: number): number => (x > 0 ? left2(x - 1) + 1 : constant);

export const closures: Cases = {
  'a constant of the module': () => constant,
  'a variable of the module as it is now': () => changing,
  'several constants': () => [constant, changing, frozen.list],
  'a frozen object stays frozen': () => [Object.isFrozen(frozen), frozen.list],
  'a cycle': () => (cyclic.self as typeof cyclic) === cyclic,
  'a counter goes on where it was': () => [counter.increment(), counter.increment(), counter.read()],
  'three functions share one variable': () => [shared.add(5), shared.increment(), shared.read()],
  'two instances of one closure stay apart': () => [left.increment(), right.increment(), left.read(), right.read()],
  'functions share a variable of the module': () => [hit(), hit(), readHits()],
  'a mutable list is shared': () => [push(3), listSize(), push(4), listSize(), mutableList],
  'an arrow function that calls itself': () => factorial(6),
  'a declared function that calls itself': () => fibonacci(10),
  'two functions that call each other': () => [isEven(10), isOdd(7), isEven(3)],
  'mutual recursion that ends in captured variables': () => [left2(3), right2(3), left2(4)],
  'a function made of functions': () => composed(5),
  'closures within closures': () => threeDeep(),
  'closures of a loop have a value each': () => loopClosures.map((f) => f()),
  'a variable of a block': () => inBlock(),
  'a name that shadows another': () => shadowed(),
  'state that is made on first call': () => [once(), once().calls],
  'a memo table with what is in it': () => [memoised(4), memo.size, memoised(5), memo.size],
  'the variable of a catch clause': () => caught(),
  'defaults that use variables and parameters': () => [withDefaults(1), withDefaults(1, 2, { c: 3, d: 4 })],
  'names of properties': () => labels,
  'a tagged template': () => tagged`a${1}b${constant}c`,
  'names with unusual characters': () => [$dollar, ünïcode],
  'the arguments of the function around it': () => argumentsOfOuter(),
  'a bigint': () => bigintConstant + 1n,
  'a variable that is undefined': () => [undefinedConstant, typeof undefinedConstant],
  'a name that does not exist anywhere': () => typeof (globalThis as Record<string, unknown>).doesNotExist,
  'functions deep in an object': () => [nested.level.fn(), nested.level.again.fn()],
  'functions in a map': () => [...handlers].map(([name, f]) => [name, f(10)]),
  'functions in a set': () => [...plugins].map((f) => f()),
  'a closure made on the far side': () => {
    const later = makeCounter(constant);
    later.increment();
    return later.read();
  },
  'the same function twice is one': () => {
    const both = [factorial, factorial];
    return both[0] === both[1];
  },
};
