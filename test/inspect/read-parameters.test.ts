// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the sources of functions are the subject here
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readParameters } from '../../src/inspect/index.ts';

// Built from text, as each compiler writes it: vitest would rewrite the functions of this file.
const evaluate = (source: string): Function => new Function('require', `return (${source}\n)`)(() => ({}));
const method = (source: string): Function => new Function(`return Object.values({${source}})[0]`)();
const names = (fn: Function) => {
  const reading = readParameters(fn);
  if ('refused' in reading) return reading.refused;
  return reading.names.map(({ name, defaultText }) => (defaultText === undefined ? name : `${name}?`)).join(' ');
};

describe('the names a function destructures from its first parameter', () => {
  it.each([
    ['() => 1', ''],
    ['({ a }) => a', 'a'],
    ['({ a, b = 1 }) => a + b', 'a b?'],
    ['({ text: t, "lang code": l = "en", 3: x }) => t', 'text lang code? 3'],
    ['({ a } = {}) => a', 'a'],
    ['({ a: { b, ...c }, d: [e] }) => b', 'a d'],
    ['({ a }, ctx) => a', 'a'],
    ['async ({ a }) => a', 'a'],
    ['function ({ a }) { return a }', 'a'],
    ['async function f({ a }) { return a }', 'a'],
    ['function* ({ a }) { yield a }', 'a'],
    ['async function* ({ a }) { yield a }', 'a'],
    ['({}) => 1', ''],
    ['({ a, }) => a // with a comment', 'a'],
    ['() => function () { return arguments[0] }', ''],
    ['function ({ a }) { return new.target }', 'a'],
  ])('%s', (source, expected) => {
    expect(names(evaluate(source))).toBe(expected);
  });

  it.each([
    ['m({ a }) { return a }', 'a'],
    ['async m({ a }) { return a }', 'a'],
    ['*m({ a }) { yield a }', 'a'],
    ['async *m({ a }) { yield a }', 'a'],
    ['["computed" + 1]({ a }) { return a }', 'a'],
    ['"quoted name"({ a }) { return a }', 'a'],
    ['if({ a }) { return a }', 'a'],
    ['async({ a }) { return a }', 'a'],
    ['m({ a }) { return super.toString() + a }', 'a'],
  ])('of a method: %s', (source, expected) => {
    expect(names(method(source))).toBe(expected);
  });

  it('are those of static, private and inherited class methods', () => {
    class Box {
      #size = 1;
      static make({ a }: { a: number }) {
        return a;
      }
      grow({ by }: { by: number }) {
        return this.#size + by;
      }
      #shrink({ by }: { by: number }) {
        return this.#size - by;
      }
      get shrink() {
        return this.#shrink;
      }
    }
    expect(names(Box.make)).toBe('a');
    expect(names(new Box().grow)).toBe('by');
    expect(names(new Box().shrink)).toBe('by');
  });

  it.each([
    ['tsc ES2015', '(_a) => __awaiter(void 0, [_a], void 0, function* ({ a, b = 1 }) { yield a; })', 'a b?'],
    [
      'tsc with context',
      '(_a, ctx_1) => __awaiter(void 0, [_a, ctx_1], void 0, function* ({ a }, ctx) { yield ctx; })',
      'a',
    ],
    ['tsc with tslib', '(_a) => tslib_1.__awaiter(void 0, [_a], void 0, function* ({ a }) { return a; })', 'a'],
    [
      'tsc with (0, tslib)',
      '(_a) => (0, tslib_1.__awaiter)(void 0, [_a], void 0, function* ({ a }) { return a; })',
      'a',
    ],
    [
      'tsc function',
      'function f(_a) { return __awaiter(this, arguments, void 0, function* ({ a } = {}) { yield a; }); }',
      'a',
    ],
    [
      'tsc with arguments',
      'function (_a) { var arguments_1 = arguments; return __awaiter(this, arguments, void 0, function* ({ a }) { return arguments_1; }); }',
      'a',
    ],
    ['tsc default', '(...args_1) => __awaiter(void 0, [...args_1], void 0, function* ({ a } = {}) { return a; })', 'a'],
    ['tsc without parameters', '() => __awaiter(void 0, void 0, void 0, function* () { return 1; })', ''],
    ['esbuild', '(_0) => __async(null, [_0], function* ({ a }) { return a; })', 'a'],
    [
      'esbuild function',
      'function decl() { return __async(this, arguments, function* ({ a } = {}) { return yield a; }); }',
      'a',
    ],
    ['esbuild default', '(..._0) => __async(null, [..._0], function* ({ a } = {}) { return a; })', 'a'],
    ['esbuild minified', 't=>a(null,[t],function*({a:n}){return n})', 'a'],
  ])('are read through a lowered async function: %s', (_, source, expected) => {
    expect(names(evaluate(source))).toBe(expected);
  });

  it('say whether the context is taken', () => {
    const context = (source: string) => {
      const reading = readParameters(evaluate(source));
      return 'usesSecond' in reading && reading.usesSecond;
    };
    expect(context('({ a }) => a')).toBe(false);
    expect(context('({ a }, ctx) => a')).toBe(true);
    expect(context('({ a }, { signal }) => a')).toBe(true);
    expect(
      context('(_a, ctx_1) => __awaiter(void 0, [_a, ctx_1], void 0, function* ({ a }, ctx) { yield ctx; })'),
    ).toBe(true);
  });
});

describe('what cannot be read for certain is refused', () => {
  it.each([
    ['(inputs) => inputs.a', "its first parameter 'inputs' is not destructured"],
    ['(inputs = {}) => inputs.a', "its first parameter 'inputs' is not destructured"],
    ['([a]) => a', "its first parameter '[a]' is not destructured"],
    ['(...all) => all', "its first parameter '...all' is a rest element"],
    ['({ a, ...others }) => a', "its first parameter has a rest element '...others'"],
    ['({ [key]: a }) => a', "its first parameter has a computed key '[key]'"],
    ['({ a, a: b }) => a', "its first parameter names 'a' twice"],
    ['(_a) => { var a = _a.a; return a }', "its first parameter '_a' is not destructured"],
    ['(_a) => { var { a } = _a; return a }', "its first parameter '_a' is not destructured"],
    ['async (x) => x', "its first parameter 'x' is not destructured"],
    [
      '(x) => __awaiter(void 0, void 0, void 0, function* () { return x; })',
      "its first parameter 'x' is not destructured",
    ],
    [
      '(_a) => __awaiter(void 0, [_a], void 0, function* ({ a, ...b }) { })',
      "its first parameter has a rest element '...b'",
    ],
    ['(x) => helper(null, [other], function* ({ a }) { return a; })', "its first parameter 'x' is not destructured"],
    ['(x, y) => helper(null, [y, x], function* ({ a }) { return a; })', "its first parameter 'x' is not destructured"],
    ['(x) => x.map(function* ({ a }) { yield a; })', "its first parameter 'x' is not destructured"],
    ['function () { return arguments[0] }', "it reads 'arguments'"],
    ['function () { return () => arguments[0].a }', "it reads 'arguments'"],
    ['function () { return wrap.apply(this, arguments) }', "it reads 'arguments'"],
    ['class A { constructor({ a }) {} }', 'it is a class, not a function'],
    ['Math.max', 'it is a bound or native function'],
    ['(({ a }) => a).bind(null)', 'it is a bound or native function'],
  ])('%s', (source, refused) => {
    expect(readParameters(evaluate(source))).toEqual({ refused });
  });
});

describe('the text of a default', () => {
  const text = (source: string) => {
    const reading = readParameters(evaluate(`({ a = ${source} }) => a`));
    return 'names' in reading ? reading.names[0]?.defaultText : undefined;
  };
  it.each([
    [`'en'`, `"en"`],
    [`{ b : [ 1 , 2 ] }`, `{b:[1,2]}`],
    [`b /* why */ in c`, `b   in c`],
    ['`x ${ y } z`', '`x ${y} z`'],
    ['"\\u0061"', '"a"'],
  ])('is the same for %s and %s', (one, other) => {
    expect(text(one)).toBe(text(other));
    expect(text(one)).toBeTypeOf('string');
  });
  it.each([
    [`1`, `'1'`],
    ['`a ${b}`', '`a${b}`'],
    ['b + +c', 'b++ + c'],
    ['typeof b', 'typeofb'],
    ["'a b'", "'a  b'"],
  ])('differs for %s and %s', (one, other) => {
    expect(text(one)).not.toBe(text(other));
  });
});

describe('a comment', () => {
  const name = fc.stringMatching(/^[a-z$_][\w$]{0,5}$/).filter((text) => isParameter(text));
  const space = fc.constantFrom('', ' ', '\n', '\t ');

  function isParameter(text: string): boolean {
    try {
      return text !== 'arguments' && new Function(`'use strict'; return async ({ ${text} }) => 1`) !== undefined;
    } catch {
      return false;
    }
  }

  // Only sources without comments can be read without the parser.
  it('changes nothing about the names of an arrow function, nor about its context', () => {
    const cases = fc.record({
      names: fc.uniqueArray(name, { minLength: 1, maxLength: 5 }),
      isAsync: fc.boolean(),
      trailing: fc.constantFrom('', ','),
      second: fc.constantFrom('', ', context__', ', { signal__ }', ', ...rest__'),
      body: fc.constantFrom('1', '{ return "arguments" }', '((async) => async)(2)', '({ nested }) => nested'),
      space,
    });
    fc.assert(
      fc.property(cases, ({ names, isAsync, trailing, second, body, space }) => {
        // No line may end before the parenthesis of an async function, nor before an arrow.
        const gap = space.trim() === space ? space : ' ';
        const inner = [space, names.join(`${space},${space}`), trailing].join('');
        const source = (comment: string) =>
          `${isAsync ? `async${gap}` : ''}(${space}{${inner}${comment}}${second}${space})${gap}=> ${body}`;
        const plain = readParameters(evaluate(source(space)));
        expect(plain).toEqual(readParameters(evaluate(source('/**/'))));
        expect(plain).toMatchObject({ names: names.map((each) => ({ name: each })), usesSecond: second !== '' });
      }),
    );
  });
});
