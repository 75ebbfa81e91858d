import type { Cases } from './case.ts';

const base = 4;
async function asyncAdd(a: number, b: number): Promise<number> {
  await Promise.resolve();
  return a + b + base;
}
function* range(n: number): Generator<number, string> {
  for (let i = 0; i < n; i++) yield i * base;
  return 'done';
}
async function* asyncRange(n: number): AsyncGenerator<number> {
  for (let i = 0; i < n; i++) yield i + base;
}
const expression = function named(n: number): number {
  return n <= 0 ? base : named(n - 1) + 1;
};
const anonymous = (
  () => (x: number) =>
    x + base
)();
function Point(this: { x: number; y: number }, x: number, y: number) {
  this.x = x;
  this.y = y;
}
Point.prototype.length = function (this: { x: number; y: number }) {
  return Math.hypot(this.x, this.y) + base;
};
Point.origin = [0, 0];
const makePoint = (x: number, y: number) =>
  new (Point as unknown as new (x: number, y: number) => { length(): number })(x, y);
function withThis(this: { factor: number } | undefined, x: number): number {
  return (this?.factor ?? -1) * x;
}
const bound = withThis.bind({ factor: 3 });
const partial = ((a: number, b: number, c: number) => [a, b, c, base]).bind(null, 1, 2);
const boundTwice = partial.bind(null, 9);
const boundNative = Math.max.bind(Math, base);
const boundMethod = [1, 2, 3].map.bind([10, 20, 30]);
const withProperties = Object.assign((x: number) => x + withProperties.extra, { extra: 5, meta: { tags: ['a'] } });
const renamed = Object.defineProperty((x: number) => x, 'name', { value: 'renamed' });
const methods = {
  base: 2,
  plain(x: number) {
    return this.base * x;
  },
  async later(x: number) {
    return (await Promise.resolve(x)) * this.base;
  },
  *items() {
    yield this.base;
    yield base;
  },
  async *asyncItems() {
    yield this.base;
  },
  ['comp' + 'uted'](x: number) {
    return x + this.base;
  },
  [Symbol.iterator]: function* () {
    yield 1;
    yield 2;
  },
  'quoted name'() {
    return 'quoted';
  },
  42() {
    return 'number';
  },
  get doubled() {
    return this.base * 2;
  },
  set doubled(value: number) {
    this.base = value / 2;
  },
  arrow: (x: number) => x + base,
};
const { plain: extracted } = methods;
const parent = {
  greet(name: string) {
    return `hello ${name}`;
  },
  get kind() {
    return 'parent';
  },
};
const child = {
  __proto__: parent,
  greet(name: string): string {
    return `${(super.greet as (name: string) => string)(name)}!${base}`;
  },
  get kind() {
    return `child of ${super.kind as string}`;
  },
} as unknown as typeof parent;
const holder = {
  factor: 6,
  make() {
    return (x: number) => this.factor * x;
  },
  makeDeep() {
    return () => () => this.factor;
  },
};
const arrowOfMethod = holder.make();
const deepArrow = holder.makeDeep();
const answers = function (this: unknown) {
  return () => this;
};
const thisIsNothing = [answers.call(undefined), answers.call(null)] as const;
const superOfLiteral = {
  __proto__: parent,
  greet(name: string) {
    return () => (super.greet as (name: string) => string)(name);
  },
}.greet('literal') as unknown as () => string;
const withHelpers = Object.setPrototypeOf(() => base, { help: () => 'helped' }) as { help(): string };
const variadic = (...values: number[]) => values.reduce((a, b) => a + b, base);
const destructured = ({ a, b: [c, ...d], e: { f = base } = {} }: { a: number; b: number[]; e?: { f?: number } }) => [
  a,
  c,
  d,
  f,
];
const throwing = () => {
  throw new RangeError(`base is ${base}`);
};
const noParameters = () => base;
const newTarget = function (this: unknown) {
  return new.target === undefined ? 'call' : 'new';
};
const withComment = (x: number) => /* why */ x + base; // the end
const regexps = (text: string) => text.replace(/[/)]+"`/g, '-') + String(/}\//.test('}/'));
const withLabels = (n: number) => {
  outer: for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) if (i * j === base) break outer;
  }
  return n;
};

export const functions: Cases = {
  'an async function': () => asyncAdd(1, 2),
  'a generator function': () => [...range(3)],
  'the return value of a generator': () => {
    const items = range(1);
    items.next();
    return items.next();
  },
  'an async generator function': async () => {
    const items: number[] = [];
    for await (const item of asyncRange(3)) items.push(item);
    return items;
  },
  'a named function expression': () => expression(3),
  'an anonymous function': () => anonymous(1),
  'a constructor function and its prototype': () => makePoint(3, 4).length(),
  'properties of a constructor function': () => Point.origin,
  'this given by a call': () => withThis.call({ factor: 2 }, 5),
  'this of a plain call in strict code': () => withThis.call(undefined, 5),
  'a bound this': () => bound(5),
  'bound arguments': () => partial(3),
  'a bound bound function': () => boundTwice(),
  'a bound function of the language': () => boundNative(1, 9),
  'a bound method of the language': () => boundMethod((x: number) => x + base),
  'names of bound functions': () => [bound.name, boundNative.name, partial.length],
  'a function with properties of its own': () => [withProperties(1), withProperties.meta],
  'a name given later': () => [renamed.name, renamed(1)],
  'names and lengths': () => [asyncAdd.name, asyncAdd.length, noParameters.length, expression.name, extracted.name],
  'a method': () => methods.plain(3),
  'an async method': () => methods.later(3),
  'a generator method': () => [...methods.items()],
  'an async generator method': async () => {
    const items: unknown[] = [];
    for await (const item of methods.asyncItems()) items.push(item);
    return items;
  },
  'a method with a computed name': () => (methods as unknown as Record<string, (x: number) => number>).computed!(3),
  'a method named by a symbol': () => [...(methods as unknown as Iterable<number>)],
  'methods with odd names': () => [methods['quoted name'](), methods[42]()],
  'a getter': () => methods.doubled,
  'a setter': () => {
    const copy = Object.create(methods) as typeof methods;
    copy.doubled = 50;
    return copy.base;
  },
  'an arrow function as a property': () => methods.arrow(1),
  'a method taken from its object': () => extracted.call({ base: 5 } as typeof methods, 2),
  'super in a method of an object': () => child.greet('you'),
  'super in a getter of an object': () => child.kind,
  'the this of an arrow function': () => arrowOfMethod(2),
  'the this of an arrow function in an arrow function': () => deepArrow()(),
  'a this that is nothing': () => thisIsNothing.map((fn) => fn()),
  'super in an arrow function of an object': () => superOfLiteral(),
  'a function that inherits from an object': () => withHelpers.help(),
  'rest parameters': () => variadic(1, 2, 3),
  'destructured parameters with defaults': () => [
    destructured({ a: 1, b: [2, 3, 4] }),
    destructured({ a: 1, b: [], e: { f: 9 } }),
  ],
  'what a function throws': () => {
    try {
      return throwing();
    } catch (error) {
      return [error instanceof RangeError, (error as Error).message];
    }
  },
  'new.target': () => [newTarget.call(undefined), typeof Reflect.construct(newTarget, [])],
  'a function that ends in a comment': () => withComment(1),
  'regular expressions and strings full of brackets': () => regexps('a)"`b'),
  labels: () => withLabels(3),
  'code that is made on the far side': () => new Function('a', 'return a + 1')(1),
  'optional chaining and nullish values': () => [(undefined as { a?: number } | undefined)?.a ?? base, base ** 2],
};
