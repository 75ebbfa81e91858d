import { EventEmitter, once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { MessageChannel } from 'node:worker_threads';
import { PackError } from 'hypernodes';
import { pack, unpack } from 'hypernodes/pack';
import { describe, expect, it } from 'vitest';

function refusal(value: unknown): PackError {
  try {
    pack(value);
  } catch (error) {
    if (error instanceof PackError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

class Store {
  _db: unknown;
  constructor(db: unknown) {
    this._db = db;
  }
}
class Vault {
  #secret = 1;
  reveal() {
    return this.#secret;
  }
}
class SubVault extends Vault {}
class HalfOpen {
  handlers = [{ onClose: Promise.resolve() }];
}

class SubStore extends Store {
  static label() {
    // biome-ignore lint/complexity/noThisInStatic: that is what is tested
    return super.name;
  }
}
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return { proxy };
}
function transferred(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}
function transferredView(): Uint8Array {
  const view = new Uint8Array(8);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}
describe('what cannot travel', () => {
  it('is refused with the path to it and the ways out', () => {
    const cache = new Store(new Socket());
    const runPipeline = async () => cache;
    const error = refusal(runPipeline);
    expect(error.code).toBe('PACK_UNSUPPORTED');
    expect(error.path).toBe('runPipeline → cache → _db');
    expect(error.message).toBe(
      'cannot pack: runPipeline → cache → _db (a Socket): define [getState]() on Store or create it inside the function, or hold it in stateful(() => …).',
    );
  });

  it.each<[string, () => unknown, RegExp, string?]>([
    ['a promise', () => ({ later: Promise.resolve(1) }), /value → later \(a promise\)/],
    ['a weak map', () => new WeakMap(), /value \(a WeakMap\)/],
    ['a weak set', () => [new WeakSet()], /value\[0\] \(a WeakSet\)/],
    ['a weak reference', () => new WeakRef({}), /a WeakRef/],
    ['a finalization registry', () => new FinalizationRegistry(() => {}), /a FinalizationRegistry/],
    ['a proxy', () => ({ p: new Proxy({}, {}) }), /value → p \(a Proxy\)/],
    ['a proxy of a function', () => new Proxy(() => 1, {}), /a Proxy/],
    ['a proxy that was revoked', () => revoked(), /a Proxy/],
    ['the iterator of an array', () => [1][Symbol.iterator](), /a running iterator/],
    ['the iterator of a string', () => 'a'[Symbol.iterator](), /a running iterator/],
    ['matches that are still looked for', () => 'a'.matchAll(/a/g), /a running iterator/],
    ['memory that was transferred', () => transferred(), /memory that was transferred/],
    ['a view on memory that was transferred', () => [new Uint8Array(1), transferredView()], /value\[1\] \(memory that/],
    [
      'a static method with super apart from its class',
      () => ({ name: SubStore.label }),
      /value → name \(a method that uses super/,
    ],
    [
      'a running generator',
      () =>
        (function* () {
          yield 1;
        })(),
      /a running generator/,
    ],
    [
      'a running async generator',
      () =>
        (async function* () {
          yield 1;
        })(),
      /a running generator/,
    ],
    ['the iterator of a map', () => new Map().entries(), /a running iterator/],
    ['a socket', () => ({ socket: new Socket() }), /value → socket \(a Socket\)/],
    ['a server', () => createServer(), /a Server/],
    ['a stream', () => Readable.from([1]), /a Readable/],
    ['a message port', () => new MessageChannel().port1, /MessagePort/],
    ['an abort signal', () => new AbortController().signal, /AbortSignal/],
    [
      'a timer',
      () => {
        const timer = setTimeout(() => {});
        clearTimeout(timer);
        return timer;
      },
      /Timeout/,
    ],
    ['shared memory', () => new Uint8Array(new SharedArrayBuffer(8)), /memory shared between threads/],
    ['private members', () => new Vault(), /an instance of Vault, whose #private members/],
    ['private members of a parent', () => new SubVault(), /an instance of Vault, whose #private members/],
    ['a native function that has no name', () => ({ f: new Proxy(Math.max, {}) }), /a Proxy/],
    ['a revoke function', () => Proxy.revocable({}, {}).revoke, /a native function/],
    [
      'a method with #names apart from its class',
      () => ({ reveal: Vault.prototype.reveal }),
      /a method that uses #secret, apart from its class/,
    ],
    ['import.meta', () => ({ f: () => import.meta.url }), /value → f \(a function that uses import\.meta\)/],
    [
      'a file that is loaded later',
      () => ({ f: () => import('./own-path.ts') }),
      /value → f \(a function that loads '.*own-path/,
    ],
    [
      'the arguments of a call',
      function () {
        // biome-ignore lint/complexity/noArguments: that is what is tested
        return { list: arguments };
      },
      /value → list \(the arguments of a call\)/,
    ],
    [
      'a thing deep in data',
      () => ({ list: [new Map([['k', { bad: Promise.resolve() }]])] }),
      /value → list\[0\] → get\('k'\) → bad/,
    ],
    ['a thing in a field', () => new HalfOpen(), /value → handlers\[0\] → onClose/],
  ])('%s', (_, make, message) => {
    const error = refusal(make());
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^cannot pack: value/);
    expect(error.hint).toMatch(/\.$/);
  });

  it('is found through variables, defaults, classes and bound functions', () => {
    const pending = Promise.resolve();
    const inner = () => pending;
    const viaClosure = () => inner;
    const viaBound = inner.bind(null);
    class Holder {
      static pending = pending;
      field = 1;
    }
    class Field {
      run() {
        return pending;
      }
    }
    expect(refusal(viaClosure).path).toBe('viaClosure → inner → pending');
    expect(refusal(viaBound).path).toBe('bound inner → bound function → pending');
    expect(refusal(Holder).path).toBe('Holder → pending');
    expect(refusal(new Field()).path).toBe('value → class Field → pending');
    expect(refusal((x = pending) => x).path).toBe('value → pending');
  });

  it('is a variable before its declaration, and not after it', () => {
    const early = () => late;
    const error = refusal({ list: [early] });
    const late = { made: true };
    expect(error.message).toBe(
      "cannot pack: value → list[0] (a function that uses 'late', whose declaration was not reached yet): Pack it after 'late' has got its value.",
    );
    expect((unpack(pack(early)) as typeof early)()).toEqual(late);
  });

  it('is told by both ends of a way that is very long', () => {
    let value: object = { bad: Promise.resolve() };
    for (let i = 0; i < 100_000; i++) value = { value };
    const error = refusal(value);
    expect(error.message).toMatch(/^cannot pack: (value → ){30}… 99942 more … → (value → ){29}bad \(a promise\)/);
  });

  it('names the class that could define [getState]', () => {
    expect(refusal({ store: new Store(new WeakMap()) }).message).toContain('define [getState]() on Store');
    expect(refusal([new WeakMap()]).message).toContain('give its class a [getState]() method');
    expect(refusal(new Map([[1, new WeakMap()]])).message).toContain('give its class a [getState]() method');
  });

  it('does not matter where nothing uses it', () => {
    const pending = Promise.resolve(1);
    const used = 2;
    const other = () => pending;
    const fn = () => used;
    expect((unpack(pack(fn)) as typeof fn)()).toBe(2);
    expect(() => pack(other)).toThrow(PackError);
  });

  it('leaves the value as it was', async () => {
    const emitter = new EventEmitter();
    const stream = createReadStream(import.meta.filename);
    expect(() => pack({ emitter, stream })).toThrow(PackError);
    expect(emitter.listenerCount('x')).toBe(0);
    stream.destroy();
    await once(stream, 'close');
  });
});
