// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the sources of functions are the subject here
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { scope, type } from 'arktype';
import { node, Pipeline, stateful } from 'hypernodes';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cacheKey, codeIdentity } from '../../src/identity/index.ts';

/** Evaluates text, so that functions are what is written here and not what vitest makes of it. */
const evaluate = (source: string): Function => new Function(`"use strict"; ${source}`)();
const of = (source: string) => codeIdentity(evaluate(`return ${source}`)).digest;
const problems = (fn: Function) => codeIdentity(fn).unidentified.map(({ name }) => name);

describe('code that does the same has one identity', () => {
  it.each([
    ['({ a }) => a', '({ a: b }) => { return b }'],
    ['({ a }) => a === undefined', '({ a }) => a === void 0'],
    ['({ a }) => [true, false]', '({ a }) => [!0, !1]'],
    ['({ a }) => 1000', '({ a }) => 1e3'],
    ['({ a }) => "it\'s"', "({ a }) => 'it\\'s'"],
    ['({ a }) => `text`', "({ a }) => 'text'"],
    ['({ a }) => a["b"]', '({ a }) => a.b'],
    ['({ a }) => ({ a: a, "b": 1 })', '({ a }) => ({ a, b: 1 })'],
    ['({ a }) => { if (a) { return 1 } return 2 }', '({ a }) => a ? 1 : 2'],
    ['({ a }) => { if (!a) return 2; else return 1 }', '({ a }) => a ? 1 : 2'],
    ['({ a }) => { if (a) a() }', '({ a }) => { a && a() }'],
    ['({ a }) => { if (!a) a() }', '({ a }) => { a || a() }'],
    ['({ a }) => { const b = a; let c = 1; return b + c }', '({ a }) => { let b = a, c = 1; return b + c }'],
    ['({ a }) => { const b = a + 1; return b }', '({ a }) => a + 1'],
    ['({ a }) => { while (a) a() }', '({ a }) => { for (; a; ) a() }'],
    ['({ a }) => { a(1); a(2); return a }', '({ a }) => (a(1), a(2), a)'],
    ['({ a }) => { for (const b of a) { if (!b) continue; b() } }', '({ a }) => { for (const b of a) if (b) b() }'],
    ['({ a }) => typeof a === "undefined"', '({ a }) => typeof a > "u"'],
    ['({ a }) => typeof a !== "string"', '({ a }) => typeof a != "string"'],
    ['({ a }) => { try { a() } catch (e) {} }', '({ a }) => { try { a() } catch {} }'],
    ['({ a }) => a != null ? a : 1', '({ a }) => a ?? 1'],
    ['({ a }) => new a', '({ a }) => new a()'],
    ['({ a }) => { label: for (;;) break label }', '({ a }) => { other: for (;;) break other }'],
    ['class A { #p = 1; get() { return this.#p } }', 'class B { #q = 1; get() { return this.#q } }'],
    ['async ({ a }) => await a', '(_0) => __async(null, [_0], function* ({ a }) { return yield a })'],
    ['function f({ n }) { return n ? f({ n: n - 1 }) : 0 }', 'function g({ n }) { return n ? g({ n: n - 1 }) : 0 }'],
  ])('%s and %s', (one, other) => {
    expect(of(one)).toBe(of(other));
  });
});

describe('code that may do something else has another identity', () => {
  it.each([
    ['({ a }) => a', '({ b }) => b'],
    ['({ a, b }) => a - b', '({ a, b }) => b - a'],
    ['({ a }) => 1', '({ a }) => "1"'],
    ['({ a }) => 1', '({ a }) => 1n'],
    ['({ a }) => 0', '({ a }) => -0'],
    ['({ a }) => null', '({ a }) => undefined'],
    ['({ a }) => `${a}`', '({ a }) => "" + a'],
    ['({ a }) => a == 1', '({ a }) => a === 1'],
    ['({ a }) => a ? 1 : 2', '({ a }) => a ? 2 : 1'],
    ['({ a }) => a && 1', '({ a }) => a || 1'],
    ['({ a }) => a?.b', '({ a }) => a.b'],
    ['({ a }) => a.b()', '({ a }) => (0, a.b)()'],
    ['({ a }) => (a(1), a(2))', '({ a }) => (a(2), a(1))'],
    ['({ a }) => { const b = a(); a(1); return b }', '({ a }) => { a(1); return a() }'],
    ['({ a, x }) => { const b = a.x; x(); return b }', '({ a, x }) => { x(); return a.x }'],
    ['({ a, x }) => { const b = x(); return a.y + b }', '({ a, x }) => a.y + x()'],
    ['({ a, x }) => { const b = x(); return () => b }', '({ a, x }) => () => x()'],
    ['({ a, x }) => { const b = x(); while (a()) a(b) }', '({ a, x }) => { while (a()) a(x()) }'],
    ['({ a, x }) => { const b = x(); return a && b }', '({ a, x }) => a && x()'],
    ['({ a, x }) => { const b = x(); return a?.(b) }', '({ a, x }) => a?.(x())'],
    ['({ a }) => { let n = 0; return [() => n++, n] }', '({ a }) => { let n = 0; return [() => n++, 0] }'],
    [
      '({ a }) => { let i = 0; for (; i < 3; i++) a(() => i) }',
      '({ a }) => { for (let i = 0; i < 3; i++) a(() => i) }',
    ],
    [
      '({ a }) => { for (const x of a) { if (x) break; x() } }',
      '({ a }) => { for (const x of a) { if (x) continue; x() } }',
    ],
    ['({ a }) => { try { return a() } finally { a(1) } }', '({ a }) => { try { return a() } catch { a(1) } }'],
    ['async ({ a }) => { await a; return 1 }', 'async ({ a }) => { a; return 1 }'],
    ['async ({ a }) => { for await (const x of a) x() }', 'async ({ a }) => { for (const x of a) x() }'],
    ['({ a }) => /x/g', '({ a }) => /x/'],
    ['({ a }) => { outer: for (;;) for (;;) break outer }', '({ a }) => { outer: for (;;) for (;;) break }'],
    ['({ a }) => ({ __proto__: a })', '({ a }) => ({ ["__proto__"]: a })'],
    [
      '({ a }) => { switch (a) { case 1: a(); case 2: a() } }',
      '({ a }) => { switch (a) { case 1: a(); break; case 2: a() } }',
    ],
    ['({ a }) => a.b.c', '({ a }) => a.c.b'],
    ['({ a = 1 }) => a', '({ a = 2 }) => a'],
    ['({ a }) => [a, , a]', '({ a }) => [a, undefined, a]'],
    ['({ a }) => Math.max(a)', '({ a }) => Math.min(a)'],
    ['({ a }) => [...a]', '({ a }) => [a]'],
    ['({ a }) => { var b = a; { let b = 1; b } return b }', '({ a }) => { var b = a; { b = 1; b } return b }'],
    ['class A { x = 1; y = this.x }', 'class A { y = this.x; x = 1 }'],
    ['class A { static m() { return 1 } }', 'class A { m() { return 1 } }'],
    ['class A { get m() { return 1 } }', 'class A { m() { return 1 } }'],
    ['(a) => { const b = 1; b = 2; return b }', '(a) => { let b = 1; b = 2; return b }'],
  ])('%s and %s', (one, other) => {
    expect(of(one)).not.toBe(of(other));
  });
});

describe('what code reaches belongs to it', () => {
  it('captured values, as they are when asked', () => {
    const make = evaluate('let n = 1; return { fn: () => n, set: (value) => { n = value } }') as never as {
      fn: Function;
      set(value: unknown): void;
    };
    const one = codeIdentity(make.fn).digest;
    make.set(2);
    const two = codeIdentity(make.fn).digest;
    make.set('1');
    const text = codeIdentity(make.fn).digest;
    make.set(1);
    expect(new Set([one, two, text]).size).toBe(3);
    expect(codeIdentity(make.fn).digest).toBe(one);
  });

  it('captured structures, by content', () => {
    const make = (list: string) => evaluate(`const list = ${list}; return ({ a }) => list.includes(a)`);
    expect(codeIdentity(make('["a", "b"]')).digest).toBe(codeIdentity(make("['a','b']")).digest);
    expect(codeIdentity(make('["a", "b"]')).digest).not.toBe(codeIdentity(make('["a", "c"]')).digest);
    const grown = evaluate('const list = ["a"]; return Object.assign(({ a }) => list.includes(a), { list })');
    const before = codeIdentity(grown).digest;
    (grown as never as { list: string[] }).list.push('b');
    expect(codeIdentity(grown).digest).not.toBe(before);
  });

  it('captured collections of any size', () => {
    const make = (last: number) =>
      new Function(
        'last',
        'const map = new Map(Array.from({ length: 200_000 }, (_, i) => [i, i])), set = new Set(map.keys()).add(last); return () => [map, set]',
      )(last) as Function;
    expect(codeIdentity(make(-1)).digest).not.toBe(codeIdentity(make(-2)).digest);
  });

  it('functions inside captured structures', () => {
    const make = (body: string) => evaluate(`const steps = [(x) => ${body}]; return ({ x }) => steps[0](x)`);
    expect(codeIdentity(make('x + 1')).digest).not.toBe(codeIdentity(make('x + 2')).digest);
  });

  it('the classes of captured instances, however deep', () => {
    const make = (body: string) =>
      evaluate(
        `class A { run() { return ${body} } } const held = { deep: [new A()] }; return () => held.deep[0].run()`,
      );
    expect(codeIdentity(make('1')).digest).not.toBe(codeIdentity(make('2')).digest);
  });

  it('mutual recursion, from each side', () => {
    const pair = (zero: string) =>
      evaluate(
        `const even = (n) => n === 0 ? ${zero} : odd(n - 1), odd = (n) => n !== 0 && even(n - 1); return [even, odd]`,
      ) as never as Function[];
    const [even, odd] = pair('true');
    const [otherEven, otherOdd] = pair('"yes"');
    expect(codeIdentity(even!).digest).toBe(codeIdentity(pair('true')[0]!).digest);
    expect(codeIdentity(even!).digest).not.toBe(codeIdentity(odd!).digest);
    expect(codeIdentity(even!).digest).not.toBe(codeIdentity(otherEven!).digest);
    expect(codeIdentity(odd!).digest).not.toBe(codeIdentity(otherOdd!).digest);
  });

  it('what a bound function is bound to', () => {
    const bound = (factor: number) => codeIdentity(evaluate('return (f, { x }) => f * x').bind(null, factor)).digest;
    expect(bound(2)).toBe(bound(2));
    expect(bound(2)).not.toBe(bound(3));
  });

  it('what a computed key of a class was', () => {
    const make = (key: string) => evaluate(`const key = '${key}'; return class { [key]() { return 1 } }`);
    expect(codeIdentity(make('a')).digest).not.toBe(codeIdentity(make('b')).digest);
  });

  it('what a wrapper made by a package closes over', () => {
    const wrap = (body: string) =>
      codeIdentity(evaluate(`const wrap = (f) => (x) => f(x); return wrap((x) => ${body})`)).digest;
    expect(wrap('x')).not.toBe(wrap('x + 1'));
  });

  it('what was given the name of a declared function', () => {
    const make = (wrapper: string) =>
      evaluate(`function f(n) { return n ? f(n - 1) : 0 } const g = f; f = ${wrapper}; return g`);
    expect(codeIdentity(make('(n) => g(n)')).digest).not.toBe(codeIdentity(make('(n) => g(n) + 1')).digest);
  });

  it('nodes and pipelines', () => {
    const inner = (factor: number) => new Pipeline({ nodes: [node('y', ({ x }: { x: number }) => x * factor)] });
    const outer = (factor: number) => {
      const pipeline = inner(factor);
      return ({ x }: { x: number }) => pipeline.runSync({ x });
    };
    expect(codeIdentity(outer(2)).digest).toBe(codeIdentity(outer(2)).digest);
    expect(codeIdentity(outer(2)).digest).not.toBe(codeIdentity(outer(3)).digest);
    expect(problems(outer(2))).toEqual([]);
  });

  it('stateful resources by key, else by the code that creates them', () => {
    const use = (create: () => unknown, key?: string[]) => {
      const model = stateful(create, key ? { key } : {});
      return codeIdentity(() => model.get()).digest;
    };
    expect(use(() => 1, ['model', 'a'])).toBe(use(() => 2, ['model', 'a']));
    expect(use(() => 1, ['model', 'a'])).not.toBe(use(() => 1, ['model', 'b']));
    expect(use(() => 1)).not.toBe(use(() => 2));
  });

  it('what [cacheKey] says', () => {
    const use = (key: string) => {
      const client = Object.assign(new EventEmitter(), { [cacheKey]: () => key });
      return codeIdentity(() => client.listenerCount('x'));
    };
    expect(use('a').unidentified).toEqual([]);
    expect(use('a').digest).toBe(use('a').digest);
    expect(use('a').digest).not.toBe(use('b').digest);
  });
});

describe('what instances keep to themselves', () => {
  const use = (source: string, value: unknown) =>
    codeIdentity(
      (
        new Function('value', `"use strict"; ${source}; const held = new Held(value); return () => held.get()`) as (
          v: unknown,
        ) => Function
      )(value),
    );

  it.each([
    ['#private', 'class Held { #f; constructor(f) { this.#f = f } get() { return this.#f } }'],
    ['_private', 'class Held { constructor(f) { this._f = f } get() { return this._f } }'],
    [
      'of a parent class',
      'class Base { #f; constructor(f) { this.#f = f } get() { return this.#f } } class Held extends Base {}',
    ],
    [
      'in another instance',
      'class In { #f; constructor(f) { this.#f = f } get() { return this.#f } } class Held { #in; constructor(f) { this.#in = new In(f) } get() { return this.#in.get() } }',
    ],
  ])('belongs to code that captured them when they were made with it: %s', (_, source) => {
    expect(use(source, 2).unidentified).toEqual([]);
    expect(use(source, 2).digest).toBe(use(source, 2).digest);
    expect(use(source, 2).digest).not.toBe(use(source, 3).digest);
    const inside = (value: number) =>
      codeIdentity(
        (
          new Function(
            'value',
            `${source}; const all = { deep: [new Held(value)] }; return () => all.deep[0].get()`,
          ) as (v: number) => Function
        )(value),
      ).digest;
    expect(inside(2)).not.toBe(inside(3));
  });

  it.each([
    [
      'a cache',
      'class Held { #memo; constructor(v) { this.#memo = v } get() { this.#memo.set(1, 2); return 1 } }',
      new Map([[0, 1]]),
      new Map(),
    ],
    ['a counter', 'class Held { _calls; constructor(v) { this._calls = v } get() { this._calls++; return 1 } }', 1, 2],
    [
      'what no constructor was given',
      'class Held { _made = Math.random(); #id = Math.random(); get() { return 1 } }',
      1,
      1,
    ],
    [
      'a client',
      'class Held { #client; constructor(v) { this.#client = v } get() { return 1 } }',
      new EventEmitter(),
      Promise.resolve(),
    ],
  ])('does not where it is scratch, or has no identity: %s', (_, source, one, other) => {
    expect(use(source, one).unidentified).toEqual([]);
    expect(use(source, one).digest).toBe(use(source, other).digest);
  });
});

describe('what instances were given after they were made', () => {
  const identity = (source: string, value: unknown) =>
    codeIdentity((new Function('value', `"use strict"; ${source}`) as (v: unknown) => Function)(value));

  it.each([
    [
      'by a member that only does something',
      'class Words { #all = new Set(); add(w) { this.#all.add(w); return this } has(w) { return this.#all.has(w) } } const words = new Words().add(value); return () => words.has(1)',
    ],
    [
      'by one that says whether it did',
      'class Words { #all = new Set(); add(w) { if (this.#all.has(w)) return false; this.#all.add(w); return true } get size() { return this.#all.size } } const words = new Words(); words.add(value); return () => words.has(1)',
    ],
    [
      'by an assignment',
      'class Limit { #n = 0; set n(n) { this.#n = n } get n() { return this.#n } } const limit = new Limit(); limit.n = value; return () => limit.n',
    ],
    [
      'by a static function that makes them',
      'class Limit { #n; static of(n) { const one = new Limit(); one.#n = n; return one } get() { return this.#n } } const limit = Limit.of(value); return () => limit.get()',
    ],
    [
      'in a constructor that takes them apart',
      'class Limit { #n; constructor(given) { ({ n: this.#n } = given) } get() { return this.#n } } const limit = new Limit({ n: value }); return () => limit.get()',
    ],
    [
      'in a constructor that hands them on',
      'class Limit { #n; constructor(n) { this.take(n) } take(n) { this.#n = n } get() { return this.#n } } const limit = new Limit(value); return () => limit.get()',
    ],
    [
      'in a field of the name of another one',
      'class Base { #n; constructor(n) { this.#n = n } base() { return this.#n } } class Limit extends Base { #n; constructor(n) { super(n); this.#n = String(n).length } get() { return this.#n } } const limit = new Limit(value); return () => limit.base()',
    ],
  ])('belongs to code that captured them: %s', (_, source) => {
    expect(identity(source, 1).unidentified).toEqual([]);
    expect(identity(source, 1).digest).toBe(identity(source, 1).digest);
    expect(identity(source, 1).digest).not.toBe(identity(source, 2).digest);
  });

  it.each([
    [
      'by the code itself',
      "class Counts { #n = new Map(); count(k, n) { this.#n.set(k, n) } } const counts = new Counts(); counts.count('a', value); return ({ x }) => { counts.count('b', 1); return x }",
    ],
    [
      'by the code itself, through another member',
      "class Counts { #n = new Map(); count(k, n) { this.#n.set(k, n) } one(k) { this.count(k, 1) } } const counts = new Counts(); counts.count('a', value); return ({ x }) => { counts.one('b'); return x }",
    ],
    [
      'while they gave an answer',
      'class Squares { #known = new Map(); of(n) { this.#known.set(n, n * n); return n * n } get name() { return 1 } } const squares = new Squares(); squares.of(value); return () => squares.name',
    ],
  ])('does not: %s', (_, source) => {
    expect(identity(source, 1).unidentified).toEqual([]);
    expect(identity(source, 1).digest).toBe(identity(source, 2).digest);
  });
});

describe('methods that come from elsewhere', () => {
  it.each([
    [
      'a prototype of a function',
      (k: number) =>
        `function Doc() {} Doc.prototype.count = function () { return ${k} }; return () => new Doc().count()`,
    ],
    [
      'a mixin',
      (k: number) =>
        `class Doc {} Object.assign(Doc.prototype, { count() { return ${k} } }); return () => new Doc().count()`,
    ],
    [
      'a typed array of a class',
      (k: number) => `class L extends Float32Array { sum() { return ${k} } } const l = new L(2); return () => l.sum()`,
    ],
    [
      'an instance under a symbol',
      (k: number) =>
        `class N { get() { return ${k} } } const n = { [Symbol.for('a')]: new N() }; return () => n[Symbol.for('a')].get()`,
    ],
    [
      'a symbol property of a function',
      (k: number) => `const f = () => 1; f[Symbol.for('x')] = ${k}; return () => f[Symbol.for('x')]`,
    ],
    [
      'what a function inherits',
      (k: number) => `const f = Object.setPrototypeOf(() => 1, { limit: ${k} }); return () => f.limit`,
    ],
    [
      'a hidden property of a function',
      (k: number) => `const f = Object.defineProperty(() => 1, 'limit', { value: ${k} }); return () => f.limit`,
    ],
    [
      'a hidden function on a function',
      (k: number) => `const f = Object.defineProperty(() => 1, 'count', { value: () => ${k} }); return () => f.count()`,
    ],
    [
      'a hidden getter on a function',
      (k: number) => `const f = Object.defineProperty(() => 1, 'count', { get: () => ${k} }); return () => f.count`,
    ],
    [
      'in the place of a method',
      (k: number) =>
        `class Doc { count() { return 0 } } Doc.prototype.count = function () { return ${k} }; return () => new Doc().count()`,
    ],
    [
      'in the place of a static method',
      (k: number) => `class Doc { static count() { return 0 } } Doc.count = () => ${k}; return () => Doc.count()`,
    ],
    [
      'in the place of a getter',
      (k: number) =>
        `class Doc { get count() { return 0 } } Object.defineProperty(Doc.prototype, 'count', { get() { return ${k} } }); return () => new Doc().count`,
    ],
    [
      'around a method, as decorators do it',
      (k: number) =>
        `class Doc { count() { return 1 } } const { value: inner, ...rest } = Object.getOwnPropertyDescriptor(Doc.prototype, 'count');
        Object.defineProperty(Doc.prototype, 'count', { ...rest, value() { return inner.call(this) * ${k} } }); return () => new Doc().count()`,
    ],
    [
      'under a symbol',
      (k: number) =>
        `class Doc {} Doc.prototype[Symbol.iterator] = function* () { yield ${k} }; return () => [...new Doc()]`,
    ],
    [
      'of a parent, where a method was removed',
      (k: number) =>
        `class Base { count() { return 1 } } class Doc extends Base { count() { return 2 } } if (${k} === 1) delete Doc.prototype.count; return () => new Doc().count()`,
    ],
    [
      'of another parent than the one that is written',
      (k: number) =>
        `class A { n() { return 1 } } class B { n() { return 2 } } class Doc extends A {} if (${k} === 1) Object.setPrototypeOf(Doc.prototype, B.prototype); return () => new Doc().n()`,
    ],
    [
      'of an instance in a field of another one',
      (k: number) =>
        `class In { run() { return ${k} } } class Out { constructor(inner) { this.inner = inner } } const out = new Out(new In()); return () => out.inner.run()`,
    ],
  ])('belong to the code: %s', (_, source) => {
    expect(codeIdentity(evaluate(source(1))).digest).toBe(codeIdentity(evaluate(source(1))).digest);
    expect(codeIdentity(evaluate(source(1))).digest).not.toBe(codeIdentity(evaluate(source(2))).digest);
  });

  it.each([true, false])('belong to it where they were added to the classes of the language (%s)', (enumerable) => {
    const patched = (value: number): string => {
      Object.defineProperty(String.prototype, 'shout', {
        value: evaluate(`return function () { return ${value} }`),
        enumerable,
        configurable: true,
      });
      try {
        return of('({ x }) => x.shout()');
      } finally {
        Reflect.deleteProperty(String.prototype, 'shout');
      }
    };
    expect(patched(1)).toBe(patched(1));
    expect(patched(1)).not.toBe(patched(2));
  });
});

describe('what the user put in the place of something of the language or of Node', () => {
  it.each<[string, object, string, string]>([
    ['a global function', globalThis, 'structuredClone', '({ x }) => structuredClone(x)'],
    ['a function of a global', Math, 'random', '() => Math.random()'],
    ['a function that is handed on', Math, 'abs', '({ xs }) => xs.map(Math.abs)'],
    ['a method of a class', Array.prototype, 'toSpliced', '({ xs }) => xs.toSpliced(1)'],
  ])('belongs to the code that uses it: %s', (_, holder, name, source) => {
    const before = Reflect.getOwnPropertyDescriptor(holder, name)!;
    const replaced = (value: number): string => {
      Object.defineProperty(holder, name, { ...before, value: evaluate(`return () => ${value}`) });
      try {
        return of(source);
      } finally {
        Object.defineProperty(holder, name, before);
      }
    };
    expect(replaced(1)).toBe(replaced(1));
    expect(new Set([replaced(1), replaced(2), of(source)]).size).toBe(3);
  });
});

describe('what code can tell apart of things that look alike', () => {
  it.each<[string, (k: number) => string]>([
    ['two symbols of one name', (k) => `const a = Symbol('x'), b = ${k} === 1 ? a : Symbol('x'); return () => a === b`],
    [
      'a field under a symbol',
      (k) => `class A {} const a = new A(); a[Symbol.for('k')] = ${k}; return () => a[Symbol.for('k')]`,
    ],
    [
      'what extends a class of the language that keeps its settings',
      (k) =>
        `class Money extends Intl.NumberFormat {} const m = new Money(${k} === 1 ? 'de' : 'en'); return ({ x }) => m.format(x)`,
    ],
    ['a bigint and a text as a name', (k) => `return () => ({ ${k === 1 ? '0x10n' : "'0x10'"}: 1 })`],
    [
      'a property whose name looks like two',
      (k) =>
        k === 1
          ? `const f = () => 1; f['a=(number 1),"b"'] = 2; return () => f`
          : 'const f = () => 1; f.a = 1; f.b = 2; return () => f',
    ],
    [
      'names, where it asks for them: of a function',
      (k) => `const o = { a${k}() {} }, f = o.a${k}; return () => f.name`,
    ],
    ['of a class', (k) => `class A${k} { m() { return this.constructor.name } } return () => new A${k}().m()`],
    [
      'of a class, by itself',
      (k) => `class A${k} { static called() { return this.name } } return () => A${k}.called()`,
    ],
    ['of a local class', (k) => `return () => { class A${k} {} return new A${k}().constructor.name }`],
    [
      'of an error',
      (k) =>
        `class E${k} extends Error { constructor() { super(); this.name = new.target.name } } return () => new E${k}()`,
    ],
    [
      'what a module calls on itself',
      (k) =>
        `const module = { __esModule: true, a() { return this.b() }, b() { return ${k} } }; return () => module.a()`,
    ],
  ])('%s', (_, source) => {
    const [one, again, other] = [source(1), source(1), source(2)].map((text) => codeIdentity(evaluate(text)));
    expect(one!.unidentified).toEqual([]);
    expect(again!.digest).toBe(one!.digest);
    expect(other!.digest).not.toBe(one!.digest);
  });

  it('but not what functions and classes are called, where nothing asks for it', () => {
    const make = (name: string) =>
      `class ${name} { get name() { return 1 } } return ({ user }) => [user.name, new ${name}().name]`;
    expect(codeIdentity(evaluate(make('A'))).digest).toBe(codeIdentity(evaluate(make('B'))).digest);
  });
});

describe('schemas', () => {
  it.each<[string, (n: number) => unknown]>([
    ['a bound', (n) => z.number().min(n)],
    ['a transform', (n) => z.number().transform((x) => x + n)],
    ['a refinement', (n) => z.number().refine((x) => x > n)],
    [
      'a refinement that makes its own issues',
      (n) => z.number().superRefine((x, context) => void (x > n && context.addIssue('no'))),
    ],
    ['a field', (n) => z.object({ a: z.array(z.literal(n)) })],
    ['a default that is made', (n) => z.number().default(() => n)],
    ['one that is made later', (n) => z.lazy(() => z.literal(n))],
    [
      'one that holds itself',
      (n) => {
        const tree: z.ZodType = z.object({
          value: z.literal(n),
          get children() {
            return z.array(tree);
          },
        });
        return tree;
      },
    ],
  ])('of zod are identified by what they were made from: %s', (_, make) => {
    const identity = (n: number) => {
      const schema = make(n) as z.ZodType;
      return codeIdentity(({ x }: { x: unknown }) => schema.parse(x));
    };
    expect(identity(1).unidentified).toEqual([]);
    expect(identity(1).digest).toBe(identity(1).digest);
    expect(identity(1).digest).not.toBe(identity(2).digest);
  });
});

describe('schemas of other libraries', () => {
  const identity = (schema: unknown) => codeIdentity(() => undefined, { deps: [schema] });

  it.each<[string, (n: number) => unknown]>([
    ['a bound', (n) => v.pipe(v.number(), v.minValue(n))],
    [
      'a transform',
      (n) =>
        v.pipe(
          v.number(),
          v.transform((x) => x + n),
        ),
    ],
    [
      'a check',
      (n) =>
        v.pipe(
          v.number(),
          v.check((x) => x > n),
        ),
    ],
    [
      'a check that makes its own issues',
      (n) =>
        v.pipe(
          v.number(),
          v.rawCheck(({ dataset }) => void (dataset.value === n)),
        ),
    ],
    ['a field', (n) => v.object({ a: v.array(v.literal(n)) })],
    ['a default', (n) => v.optional(v.number(), n)],
    ['a default that is made', (n) => v.optional(v.number(), () => n)],
    ['one that is made later', (n) => v.lazy(() => v.literal(n))],
    ['another action', (n) => v.pipe(v.string(), n === 1 ? v.toLowerCase() : v.toUpperCase())],
  ])('valibot: identified by what they were made from: %s', (_, make) => {
    expect(identity(make(1)).unidentified).toEqual([]);
    expect(identity(make(1)).digest).toBe(identity(make(1)).digest);
    expect(identity(make(1)).digest).not.toBe(identity(make(2)).digest);
  });

  it.each<[string, (n: number) => unknown]>([
    ['a bound', (n) => (n === 1 ? type('number > 1') : type('number > 2'))],
    ['a field', (n) => (n === 1 ? type({ a: 'string[]' }) : type({ a: 'string' }))],
    ['an optional one', (n) => (n === 1 ? type({ 'a?': 'string' }) : type({ a: 'string' }))],
    ['a default', (n) => (n === 1 ? type({ a: 'number = 1' }) : type({ a: 'number = 2' }))],
    ['a pattern', (n) => type(n === 1 ? /^a/ : /^b/)],
    ['what becomes of other fields', (n) => type({ '+': n === 1 ? 'reject' : 'delete', a: 'string' })],
    ['a union', (n) => (n === 1 ? type("'a' | 'b'") : type("'a' | 'c'"))],
    ['a setting of its scope', (n) => scope({ all: { a: 'string' } }, n === 1 ? { clone: false } : {}).export().all],
  ])('arktype: identified by what they were made from: %s', (_, make) => {
    expect(identity(make(1)).unidentified).toEqual([]);
    expect(identity(make(1)).digest).toBe(identity(make(1)).digest);
    expect(identity(make(1)).digest).not.toBe(identity(make(2)).digest);
  });

  it.each<[string, unknown]>([
    ['a function', type('number').narrow((x) => x > 1)],
    ['a morph', type('string').pipe((text) => text.length)],
    ['a default that is made', type({ a: type('string[]').default(() => []) })],
    ['names of a scope', scope({ tree: { 'kids?': 'tree[]' } }).export().tree],
    ['a class', type.instanceOf(EventEmitter)],
    ['a value that looks like another one', type('5n')],
    ['a setting that is a function', scope({ all: { a: 'string' } }, { clone: (value) => value }).export().all],
  ])('arktype: cannot be looked into where it has %s, which is said', (_, made) => {
    expect(identity(made).unidentified).toHaveLength(1);
  });
});

describe('what cannot be identified is named', () => {
  it('a store whose content depends on who asks', () => {
    const requests = new AsyncLocalStorage();
    expect(problems(() => requests.getStore())).toEqual([expect.stringMatching(/^requests/)]);
  });

  it('a Proxy, which may answer anything', () => {
    const anything = new Proxy({} as Record<string, number>, { get: () => 1 });
    const held = { deep: [anything] };
    expect(problems(() => anything.x)).toEqual(['anything']);
    expect(problems(() => held.deep)).toEqual(['held.deep[0]']);
  });

  it('captured things without content', () => {
    const client = new EventEmitter();
    const config = { retries: 1, client };
    const pending = Promise.resolve(1);
    expect(problems(() => client)).toEqual(['client']);
    expect(problems(() => config)).toEqual(['config.client']);
    expect(problems(() => pending)).toEqual(['pending']);
    expect(codeIdentity(() => pending).unidentified[0]?.reason).toContain('a promise');
  });

  it('but a plain field of the same object does not need the rest', () => {
    const config = { retries: 1, client: new EventEmitter() };
    const use = () => config.retries;
    const before = codeIdentity(use);
    expect(before.unidentified).toEqual([]);
    config.retries = 2;
    expect(codeIdentity(use).digest).not.toBe(before.digest);
  });

  it('things of that kind in a helper', () => {
    const client = new EventEmitter();
    const helper = () => client.eventNames();
    expect(problems(() => helper())).toEqual(['client']);
  });

  it.each([
    ['a counter that is looked at', 'let calls = 0; return ({ x }) => { calls++; return x + calls }', 'calls'],
    ['a counter whose value is given', 'let calls = 0; return () => calls++', 'calls'],
    [
      'a counter that another function looks at',
      'let calls = 0; const seen = () => calls; return () => { calls++; return seen() }',
      'calls',
    ],
    [
      'a log that another function looks at',
      'const log = []; const last = () => log.at(-1); return ({ x }) => { log.push(x); return last() }',
      'log',
    ],
    [
      'a log that is handed on while it is changed',
      'let log = []; const add = (to, x) => [...to, x]; return ({ x }) => { log = add(log, x) }',
      'log',
    ],
    ['a memo table', 'const memo = {}; return ({ x }) => memo[x] ??= x * 2', 'memo'],
    [
      'a memo map',
      'const memo = new Map(); return ({ x }) => { if (!memo.has(x)) memo.set(x, x * 2); return memo.get(x) }',
      'memo',
    ],
    ['a field', 'const state = { n: 0 }; return ({ x }) => { state.n += x; return state.n }', 'state'],
    ['a counter in a helper', 'let n = 0; const next = () => ++n; return () => next()', 'n'],
    [
      'a list in an object',
      'const state = { list: [] }; return ({ x }) => { state.list.push(x); return state.list.length }',
      'state.list',
    ],
    [
      'under another name',
      'const state = { n: 0 }; return ({ x }) => { const { ...copy } = state, s = state; s.n += x; return s.n }',
      's',
    ],
    [
      'taken out of an object',
      'const state = { list: [] }; return ({ x }) => { const { list } = state; list.push(x); return list.length }',
      'list',
    ],
    [
      'by destructuring',
      'const state = { n: 0 }; return ({ x }) => { [state.n] = [state.n + x]; return state.n }',
      'state',
    ],
    [
      'by a loop',
      'const state = { n: 0 }; return ({ x }) => { const before = state.n; for (state.n of x); return before }',
      'state',
    ],
    ['by Object.assign', 'const state = { n: 0 }; return ({ x }) => Object.assign(state, { n: state.n + x })', 'state'],
    ['where a search has ended', 'const word = /a/g; return ({ xs }) => xs.filter((x) => word.test(x))', 'word'],
    ['a static counter', 'class A { static n = 0; constructor() { A.n++ } } return () => new A()', 'A.n'],
  ])('state that the code keeps: %s', (_, source, name) => {
    expect(problems(evaluate(source))).toEqual([name]);
  });

  it.each([
    [
      'a search that goes on to its end',
      'const word = /a/g; return ({ x }) => { let n = 0; while (word.exec(x)) n++; return n }',
    ],
    [
      'a copy that it changes',
      'const list = [3, 1]; return () => { const copy = [...list]; copy.sort(); return Object.assign({}, copy) }',
    ],
    [
      'other names for what it only reads',
      'const c = { a: { b: [1] } }; return ({ x }) => { const { a } = c, b = a.b; return b[0] + x }',
    ],
  ])('but not what is no state: %s', (_, source) => {
    expect(problems(evaluate(source))).toEqual([]);
  });

  it('this of an arrow, super of a method, eval', () => {
    const { arrow } = new (class {
      x = 1;
      arrow = () => this.x;
    })();
    expect(problems(arrow)).toEqual(['this of arrow']);
    expect(problems(evaluate('return { m() { return super.toString() } }.m'))).toEqual(['super of m']);
    expect(problems(evaluate('return ({ x }) => eval(x)'))).toHaveLength(1);
  });

  it('modules that are loaded while it runs', () => {
    expect(problems(evaluate('return async () => import("./other.js")'))).toEqual(["import('./other.js')"]);
    expect(problems(evaluate('const file = "./other.js"; return async () => import(file)'))).toEqual([
      "import('./other.js')",
    ]);
    expect(problems(evaluate('return async ({ x }) => import(`./${x}.js`)'))).toEqual(['import(…)']);
    const load = createRequire(import.meta.url);
    expect(problems(({ x }: { x: string }) => load(x))).toEqual(['import(…)']);
    expect(problems(() => load('fs'))).toEqual([]);
    expect(problems(() => ['a'].map(load))).toEqual(['load']);
    expect(problems(evaluate('return async () => import("node:fs")'))).toEqual([]);
    expect(codeIdentity(evaluate('return async () => import("acorn")')).parts).toMatchObject({
      'acorn (package)': expect.stringMatching(/^acorn@\d/),
    });
  });

  it('native functions without a name', () => {
    const native = Proxy.revocable(() => 1, {}).proxy;
    expect(problems(() => native)).toEqual(['native']);
  });
});

describe('what code changes and never looks at', () => {
  it.each([
    ['a counter', 'let calls = 0; return ({ x }) => { calls++; return x }'],
    ['a counter, minified', 'let calls = 0; return ({ x }) => (calls++, x)'],
    ['a counter under a condition', 'let calls = 0; return ({ x }) => { x && (calls += 1); return x }'],
    ['a counter in a helper', 'let n = 0; const note = () => { n = n + 1 }; return ({ x }) => { note(); return x }'],
    ['a log', 'const seen = []; return ({ x }) => { seen.push(x); return x }'],
    ['counters by name', 'const calls = {}; return ({ x }) => { calls[x] = (calls[x] ?? 0) + 1; return x }'],
    ['a field', 'const stats = { n: 0, other: 1 }; return ({ x }) => { stats.n++; return x }'],
    ['a log in an object', 'const log = { lines: [] }; return ({ x }) => { log.lines.push(x); return x }'],
  ])('is no part of it: %s', (_, source) => {
    const fn = evaluate(source);
    const before = codeIdentity(fn);
    expect(before.unidentified).toEqual([]);
    fn({ x: 1 });
    expect(codeIdentity(fn).digest).toBe(before.digest);
    expect(codeIdentity(evaluate(source)).digest).toBe(before.digest);
  });

  it('does not hide what else the function does', () => {
    expect(of('({ x }) => { globalThis.n = x }')).not.toBe(of('({ x }) => { globalThis.m = x }'));
    const make = (body: string) => evaluate(`let n = 0; return ({ x }) => { n += ${body}; return x }`);
    expect(codeIdentity(make('x()')).digest).not.toBe(codeIdentity(make('x(1)')).digest);
  });
});

describe('the user can say it', () => {
  const client = new EventEmitter();
  const use = ({ x }: { x: number }) => client.listenerCount(String(x));

  it('with a version, which pins the identity', () => {
    const one = codeIdentity(() => 1, { version: '1', name: 'a' });
    expect(codeIdentity(() => 2, { version: '1', name: 'a' }).digest).toBe(one.digest);
    expect(codeIdentity(() => 1, { version: '2', name: 'a' }).digest).not.toBe(one.digest);
    expect(codeIdentity(() => 1, { version: '1', name: 'b' }).digest).not.toBe(one.digest);
    expect(codeIdentity(use, { version: '1' }).unidentified).toEqual([]);
  });

  it('with deps, which are added to it', () => {
    const helper = (n: number) => n;
    const one = codeIdentity(use, { deps: ['db-1', helper] });
    expect(one.unidentified).toEqual([]);
    expect(codeIdentity(use, { deps: ['db-1', helper] }).digest).toBe(one.digest);
    expect(codeIdentity(use, { deps: ['db-2', helper] }).digest).not.toBe(one.digest);
    expect(codeIdentity(use, { deps: ['db-1', (n: number) => -n] }).digest).not.toBe(one.digest);
    expect(codeIdentity(use, { deps: [client] }).unidentified.map(({ name }) => name)).toEqual(['deps[0]']);
  });

  it('and version and deps add up', () => {
    const identity = (version: string, dep: number) => codeIdentity(use, { version, deps: [dep] }).digest;
    expect(new Set([identity('1', 1), identity('1', 2), identity('2', 1)]).size).toBe(3);
  });
});
