import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import os, { EOL } from 'node:os';
import * as path from 'node:path';
import { inspect, promisify } from 'node:util';
import tools, { Box, triple } from 'commonjs-tools';
import * as everything from 'import-only-tools';
import main, { Gauge, table, unit } from 'import-only-tools';
import { extra } from 'import-only-tools/extra';
import { limiter, Token } from 'two-builds';
import type { Cases } from './case.ts';
import { scale, withUnit } from './lib/scale.ts';
import * as state from './lib/state.ts';
import standard, { add, Ledger, read } from './lib/state.ts';

const ledger = new Ledger();
ledger.record(1);
const box = new Box('inside');
const gauge = new Gauge(3);
const token = new Token('t');
const limit = limiter(10);
const join = path.join;
const { max, hypot } = Math;
const slice = Array.prototype.slice;
const hasOwn = Object.prototype.hasOwnProperty;
const iterate = Array.prototype[Symbol.iterator];
const environment = process.env;
const emitter = EventEmitter;
const load = createRequire(`${process.cwd()}/index.js`);
class Wrapper extends Box {
  override open() {
    return `wrapped ${super.open()}`;
  }
}
const wrapper = new Wrapper('deep');
const registry = { triple, unit, scale };

export const modules: Cases = {
  'a named import of a builtin': () => createHash('sha256').update('x').digest('hex'),
  'a default import of a builtin': () => os.platform().length > 0,
  'a constant of a builtin': () => EOL,
  'the namespace of a builtin': () => path.basename('/a/b.txt', '.txt'),
  'a member of a builtin in a variable': () => join('a', 'b'),
  'functions of the language in variables': () => [max(1, 2), hypot(3, 4), slice.call([1, 2, 3], 1)],
  'methods of prototypes of the language': () => [hasOwn.call({ a: 1 }, 'a'), [...iterate.call([1, 2])]],
  'classes of the language': () => [new Map([[1, 2]]), typeof Promise.resolve(1).then, Reflect.ownKeys({ a: 1 })],
  'the environment of the other side': () => typeof environment.PATH,
  'a class of a builtin': () => new emitter().listenerCount('x'),
  'utilities of a builtin': () => [inspect({ a: 1 }), typeof promisify(setTimeout)],
  'a named import of a CommonJS package': () => triple(4),
  'a default import of a CommonJS package': () => tools.triple(5),
  'an instance of a class of a package': () => [box.open(), box instanceof Box],
  'a subclass of a class of a package': () => [wrapper.open(), wrapper instanceof Wrapper, wrapper instanceof Box],
  'a named import of an ES package': () => unit(3),
  'a default import of an ES package': () => main(),
  'the namespace of an ES package': () => [everything.unit(1), everything.default()],
  'a value of an ES package': () => table.rows,
  'an instance of a class of an ES package': () => [gauge.read(), gauge instanceof Gauge],
  'a sub-path of a package': () => extra(),
  'a package with two builds': () => [token.print(), token instanceof Token],
  'a closure that a package made': () => limit(3),
  'functions of another file': () => [scale(2), withUnit(2)],
  'the default export of another file': () => standard(3),
  'a variable of another file, read and changed': () => [add(5), read(), add(1)],
  'a class of another file': () => [ledger.record(2), ledger.entries.length, ledger instanceof Ledger],
  'the namespace of another file': () => [typeof state.add, state.default(1), new state.Ledger().entries],
  'a table of functions from everywhere': () => Object.entries(registry).map(([name, f]) => [name, f(1)]),
  'a require function': () => (load('node:path') as typeof path).sep === path.sep,
  'an import that happens on the far side': async () => {
    const later = await import('node:path');
    return later.join('x', 'y');
  },
  globals: () => [
    typeof structuredClone,
    typeof fetch,
    typeof setTimeout,
    JSON.stringify({ a: [1] }),
    parseInt('12px', 10),
  ],
};
