import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { capturedVariables, functionInternals } from '../../src/inspect/index.ts';
import { builtRoom } from './built-room.ts';
import * as state from './fixtures/state.ts';

const LIMIT = 10;
let level = 1;
const raise = () => ++level;
const variable = (fn: Function, name: string) => {
  const found = capturedVariables(fn)?.variables.get(name);
  if (!found) throw new Error(`${name} was not found`);
  return found;
};
const makeCounter = (step: number) => {
  let count = 0;
  return { up: () => (count += step), read: () => count };
};

describe('captured variables', () => {
  it('have the values they hold at the time of asking', () => {
    const read = () => level + LIMIT;
    expect(variable(read, 'level').value).toBe(1);
    raise();
    expect(variable(read, 'level').value).toBe(2);
    expect(variable(read, 'LIMIT').value).toBe(10);
  });

  it('are the real values, not copies', () => {
    const shared = { a: 1 };
    const use = () => [shared, createHash];
    expect(variable(use, 'shared').value).toBe(shared);
    const imported = [...(capturedVariables(use)?.variables.values() ?? [])].map(({ value }) => value);
    expect(imported.some((value) => value === createHash || Object(value).createHash === createHash)).toBe(true);
  });

  it('are those that the source names, from the nearest scope that has them', () => {
    const LIMIT = 3;
    const unused = 5;
    const use = (other: number) => LIMIT + other;
    expect(unused + (() => unused)()).toBe(10);
    const captured = capturedVariables(use);
    expect([...(captured?.variables.keys() ?? [])]).toEqual(['LIMIT']);
    expect(captured?.variables.get('LIMIT')?.value).toBe(3);
  });

  it('follow live bindings of other modules', () => {
    const read = () => state.live;
    const before = capturedVariables(read);
    expect([...(before?.variables.values() ?? [])].map(({ value }) => (value as typeof state).live)).toEqual([1]);
    state.setLive(7);
    const after = capturedVariables(read);
    expect([...(after?.variables.values() ?? [])].map(({ value }) => (value as typeof state).live)).toEqual([7]);
  });

  it('know which of them can change', () => {
    const parameterised = (fixed: number, moved: number) => {
      moved++;
      var once = fixed;
      let assigned = 1;
      const change = () => {
        assigned = 2;
      };
      return [() => [fixed, moved, once, assigned, LIMIT, level, makeCounter], change] as const;
    };
    const [fn] = parameterised(1, 2);
    const constant = Object.fromEntries([...capturedVariables(fn)!.variables].map(([name, v]) => [name, v.constant]));
    expect(constant).toEqual({
      fixed: true,
      moved: false,
      once: true,
      assigned: false,
      LIMIT: true,
      level: false,
      makeCounter: true,
    });
  });

  it('of a loop are those of the iteration', () => {
    const fns = [1, 2].map((n) => () => n);
    expect(fns.map((fn) => variable(fn, 'n').value)).toEqual([1, 2]);
  });

  it('share a scope exactly when the functions share the variable', () => {
    const [a, b] = [makeCounter(1), makeCounter(1)];
    const scope = (fn: Function) => variable(fn, 'count').scope('likely');
    expect(scope(a.up)).toBe(scope(a.read));
    expect(scope(b.up)).toBe(scope(b.read));
    expect(scope(a.up)).not.toBe(scope(b.up));
    a.up();
    expect(scope(a.up)).toBe(scope(a.read));
    const readLevel = () => level;
    expect(variable(raise, 'level').scope('likely')).toBe(variable(readLevel, 'level').scope('likely'));
  });

  it('share a scope when one place made several functions for it', () => {
    const inLoop = () => {
      let count = 0;
      const fns: (() => number)[] = [];
      for (const _ of [1, 2]) fns.push(() => ++count);
      return fns;
    };
    const inCallback = () => {
      let count = 0;
      return [1, 2].map((step) => () => (count += step));
    };
    for (const make of [inLoop, inCallback]) {
      const [one, two] = make();
      expect(variable(one!, 'count').scope('likely')).toBe(variable(two!, 'count').scope('likely'));
    }
  });

  it('say when a declaration may not have been reached', () => {
    const early = () => late;
    expect(variable(early, 'late').mayBeUninitialised).toBe(true);
    const late = 1;
    expect(variable(early, 'late')).toMatchObject({ value: 1, mayBeUninitialised: false, constant: true });
  });

  it('do not include a function itself, unless its name was given to something else', () => {
    function recursive(n: number): number {
      return n < 1 ? 0 : recursive(n - 1);
    }
    expect(capturedVariables(recursive)).toMatchObject({ selfName: 'recursive' });
    const [original, replacement] = new Function(`
      function f(n) { return n < 1 ? 0 : f(n - 1); }
      const original = f;
      f = () => original(1);
      return [original, f];
    `)();
    expect(capturedVariables(original)?.variables.get('f')?.value).toBe(replacement);
  });

  it('leave globals to the global object', () => {
    // @ts-expect-error there is no such thing
    const use = () => [Math, notThere];
    expect(capturedVariables(use)?.globals.map(({ name }) => name)).toEqual(['Math', 'notThere']);
  });

  it('of bound functions are reached through their target', () => {
    const receiver = {};
    const fn = function (this: unknown, ..._: number[]) {
      return LIMIT;
    };
    const bound = fn.bind(receiver, Number.NaN, -0);
    expect(capturedVariables(bound)).toBeUndefined();
    expect(functionInternals(bound)?.bound).toEqual({
      target: fn,
      boundThis: receiver,
      boundArguments: [Number.NaN, -0],
    });
  });

  it('of native functions are unknown', () => {
    expect(capturedVariables(Math.max)).toBeUndefined();
  });
});

describe('the file of a function', () => {
  it('is the one that it was written in', () => {
    expect(capturedVariables(() => LIMIT)?.url).toMatch(/captured-variables\.test\.ts$/);
    expect(capturedVariables(state.setLive)?.url).toMatch(/fixtures\/state\.ts$/);
  });
});

it('works in a worker thread as well', async () => {
  const worker = new Worker(new URL('./fixtures/worker.mjs', import.meta.url), {
    workerData: pathToFileURL(builtRoom('inspect')).href,
  });
  const [message] = await new Promise<unknown[]>((resolve, reject) => {
    worker.once('message', (...got) => resolve(got));
    worker.once('error', reject);
  });
  await worker.terminate();
  expect(message).toEqual({ limit: 4, url: new URL('./fixtures/worker.mjs', import.meta.url).href });
});
