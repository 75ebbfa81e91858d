// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the sources of functions are the subject here
import { describe, expect, it } from 'vitest';
import { namesOf, parseFunction } from '../../src/inspect/index.ts';

// Built from text: vitest would rewrite the functions of this file.
const analyse = (source: string, strict = true) => {
  const parsed = parseFunction(new Function(`${strict ? '"use strict";' : ''} return (${source}\n)`)());
  if (!parsed.ok) throw new Error(`${parsed.reason} ${parsed.message}`);
  return namesOf(parsed);
};
const free = (source: string, strict = true) => [...analyse(source, strict).free.keys()].sort().join(' ');

describe('free names of a function', () => {
  it.each([
    ['() => x', 'x'],
    ['(x) => x', ''],
    ['({ x, y: z = w, ...rest }) => [x, z, rest, y]', 'w y'],
    ['([a, [b = c], ...d]) => a + b + d', 'c'],
    ['(a, b = a, c = d) => { var d; return d }', 'd'],
    ['(a = () => v) => { var v = 1; return a() + v }', 'v'],
    ['() => { var v = 1; return v }', ''],
    ['() => { if (1) { var v = 1 } return v }', ''],
    ['() => { for (var i = 0; i < n; i++) {} return i }', 'n'],
    ['() => { for (let i = 0; i < 1; i++) {} return i }', 'i'],
    ['() => { for (const k in o) k; return k }', 'k o'],
    ['() => { for (const k of list) { k } }', 'list'],
    ['() => { for (x of list) x.y = 1 }', 'list x'],
    ['() => { for ({ a: x.y } of list); }', 'list x'],
    ['() => { { let a = 1; a } return a }', 'a'],
    ['() => { { function f() {} f() } return f }', 'f'],
    ['() => { f(); function f() {} }', ''],
    ['() => { const a = class B extends C { static D = B; [e] = f; m() { return B } }; return B }', 'B C e f'],
    ['() => { class A { static { var q = r; q } } return q }', 'q r'],
    ['() => { try { t() } catch (e) { e } return e }', 'e t'],
    ['() => { try { t() } catch ({ message: m = d }) { m } }', 'd t'],
    ['() => { try { t() } catch { u() } }', 't u'],
    ['() => { label: for (;;) { break label } }', ''],
    ['() => { switch (a) { case b: let c = 1; default: return c } }', 'a b'],
    ['() => ({ a, b: c, [d]: e, f() { return g }, get h() { return i } })', 'a c d e g i'],
    ['() => a.b.c[d].e', 'a d'],
    ['() => a?.b?.[c]', 'a c'],
    ['() => `${a} b ${`c ${d}`}`', 'a d'],
    ['() => tag`x ${y}`', 'tag y'],
    ['() => typeof maybe', 'maybe'],
    ['() => { a = 1; b += 1; c++; ({ d, e: f.g } = h); [i] = j }', 'a b c d f h i j'],
    ['function () { return arguments[0] }', ''],
    ['function self() { return self }', ''],
    ['() => function inner() { return inner }', ''],
    ['() => import(name)', 'name'],
    ['() => new.target', ''],
    ['async () => { for await (const a of b) await a }', 'b'],
    ['function* () { yield* a }', 'a'],
    [
      '() => class A extends B { #p = c; static s = d; m(e = f) { return this.#p + e + g } get [h]() { return A } }',
      'B c d f g h',
    ],
    ['(undefined_) => undefined', 'undefined'],
  ])('%s: %s', (source, expected) => {
    expect(free(source.includes('new.target') ? `function () { return (${source})() }` : source)).toBe(expected);
  });

  it('are found in sloppy code too', () => {
    expect(free('function (o, o) { with (o) { return a } }', false)).toBe('a');
    expect(free('() => { var await = 1; return await + b }', false)).toBe('b');
  });

  it.each([
    ['() => { count++ }', true],
    ['() => { count = 1 }', true],
    ['() => { [count] = [1] }', true],
    ['() => { for (count of []) ; }', true],
    ['() => { ({ a: { b: count = 1 } } = {}) }', true],
    ['() => () => { count ||= 1 }', true],
    ['() => { count.value = 1 }', false],
    ['() => { const count = 1; return count }', undefined],
    ['() => count', false],
  ])('know whether they are assigned: %s', (source, written) => {
    expect(analyse(source).free.get('count')?.written).toBe(written);
  });

  it('know whether they need to exist', () => {
    expect(analyse('() => typeof a').free.get('a')?.needed).toBe(false);
    expect(analyse('() => typeof a + a').free.get('a')?.needed).toBe(true);
  });
});

describe('what a function takes from the function around it', () => {
  it.each([
    ['() => this', { usesThis: true }],
    ['() => () => this.x', { usesThis: true }],
    ['() => function () { return this }', { usesThis: false }],
    ['() => class { a = this; static b = this; m() { return this } static { this } }', { usesThis: false }],
    ['() => class { [this.key] = 1 }', { usesThis: true }],
    ['() => class extends this.Base {}', { usesThis: true }],
    ['() => ({ m() { return this } })', { usesThis: false }],
    ['function () { return () => this }', { usesThis: true }],
    ['() => eval("x")', { isDynamic: true }],
    ['() => (0, eval)("x")', { isDynamic: false }],
    ['(eval_) => eval?.("x")', { isDynamic: false }],
  ])('%s', (source, expected) => {
    expect(analyse(source).names).toMatchObject(expected);
  });

  it('is seen for arguments, super, new.target and private names', () => {
    const made = new Function(`
      return new (class extends Object {
        #secret = 1;
        arrows() {
          return [() => arguments[0], () => super.toString(), () => new.target, () => this.#secret];
        }
      })().arrows(1);
    `)() as Function[];
    const names = made.map((fn) => {
      const parsed = parseFunction(fn);
      if (!parsed.ok) throw new Error(parsed.message);
      return namesOf(parsed).names;
    });
    expect(names[0]).toMatchObject({ usesArguments: true, usesSuper: false });
    expect(names[1]).toMatchObject({ usesSuper: true });
    expect(names[2]).toMatchObject({ usesNewTarget: true, usesArguments: false });
    expect(names[3]).toMatchObject({ usesThis: true });
    expect([...names[3]!.privateNames]).toEqual(['secret']);
  });
});
