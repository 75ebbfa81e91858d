import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { node, Pipeline } from 'hypernodes';
import { DiskCache, MemoryCache } from 'hypernodes/cache';
import { fromState, getState } from 'hypernodes/pack';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const folder = (): string => mkdtempSync(join(tmpdir(), 'hypernodes-'));

class Shape {
  name: string;
  constructor(name: string) {
    this.name = name;
  }
  describe(): string {
    return `a ${this.name}`;
  }
}
class Square extends Shape {
  size = 2;
  parts: Shape[] = [];
  self: Square = this;
  override describe(): string {
    return `${super.describe()} of ${this.size}`;
  }
}
class Vault {
  #secret: number;
  constructor(secret: number) {
    this.#secret = secret;
  }
  open(): number {
    return this.#secret;
  }
}
class OpenVault extends Vault {
  [getState](): { secret: number } {
    return { secret: this.open() };
  }
  static [fromState]({ secret }: { secret: number }): OpenVault {
    return new OpenVault(secret);
  }
}

declare global {
  var made: () => void;
}
let executed = 0;
globalThis.made = () => {
  executed++;
};
const warned: string[] = [];
beforeEach(() => {
  executed = 0;
  warned.length = 0;
  vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warned.push(String(warning)));
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs a node twice, each time in a pipeline of its own, and gives what the second run gave. */
async function twice<Result>(name: string, run: () => Result, deps?: readonly unknown[]): Promise<Result> {
  const cache = new DiskCache(folder());
  const options = deps === undefined ? {} : { deps: [...deps] };
  const runOnce = () => new Pipeline({ nodes: [node(name, run, options)], cache }).run({});
  await runOnce();
  return ((await runOnce()) as Record<string, Result>)[name]!;
}

describe('results that are instances of classes', () => {
  it('come out of the cache as instances of those classes, with all that they hold', async () => {
    const square = await twice('square', () => {
      globalThis.made();
      const made = new Square('box');
      made.size = 5;
      made.parts = [new Shape('side'), made];
      return made;
    });
    expect(executed).toBe(1);
    expect(square).toBeInstanceOf(Square);
    expect(square.describe()).toBe('a box of 5');
    expect(square.self).toBe(square);
    expect(square.parts[1]).toBe(square);
    expect(square.parts[0]).toBeInstanceOf(Shape);
    expect(square.parts[0]).not.toBeInstanceOf(Square);
    expect(warned).toEqual([]);
  });

  it('keep in their hooks what only they can see', async () => {
    const vault = await twice('openVault', () => {
      globalThis.made();
      return new OpenVault(42);
    });
    expect(executed).toBe(1);
    expect(vault).toBeInstanceOf(OpenVault);
    expect(vault.open()).toBe(42);
  });

  it('are not cached when they hide something, which is said with the way out', async () => {
    const vault = await twice('vault', () => {
      globalThis.made();
      return new Vault(7);
    });
    expect([executed, vault.open()]).toEqual([2, 7]);
    expect(warned).toEqual([
      expect.stringMatching(
        /its result cannot be cached: 'value' is an instance of Vault, whose #private members nobody else can read\. Define \[getState\]\(\) and static \[fromState\]\(state\) on Vault, or return plain data, or set cache: false/,
      ),
    ]);
  });

  it('are not cached when nothing tells where their class comes from, unless it is declared', async () => {
    const kinds = new Map<string, new (name: string) => Shape>([['shape', Shape]]);
    const hidden: { make: (name: string) => Shape } = { make: (name) => new (kinds.get('shape')!)(name) };
    Object.defineProperty(globalThis, 'hiddenMaker', { value: hidden, configurable: true });
    const undeclared = await twice('undeclared', () => {
      globalThis.made();
      return Reflect.get(Reflect.get(globalThis, 'hiddenMaker') as object, 'make')('x') as Shape;
    });
    expect([executed, undeclared.describe()]).toEqual([2, 'a x']);
    expect(warned).toEqual([
      expect.stringMatching(/a class that the node's code does not name\. Name it in deps: \[Shape\]/),
    ]);
    executed = 0;
    const declared = await twice('declared', () => {
      globalThis.made();
      return Reflect.get(Reflect.get(globalThis, 'hiddenMaker') as object, 'make')('x') as Shape;
    }, [Shape]);
    expect(executed).toBe(1);
    expect(declared).toBeInstanceOf(Shape);
  });

  it('are not cached when two classes cannot be told apart', async () => {
    const makeClass = () =>
      class Twin {
        value = 1;
      };
    const [First, Second] = [makeClass(), makeClass()];
    const result = await twice('twins', () => {
      globalThis.made();
      return [new First(), new Second()] as const;
    });
    expect(executed).toBe(2);
    expect([result[0] instanceof First, result[1] instanceof Second, result[0] instanceof Second]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('run again when a state that was stored holds its own instance', async () => {
    class Loop {
      value = 1;
      [getState](): object {
        return { self: this };
      }
      static [fromState](state: { self: Loop }): Loop {
        return state.self;
      }
    }
    const loop = await twice('loop', () => {
      globalThis.made();
      return new Loop();
    });
    expect(executed).toBe(2);
    expect(loop).toBeInstanceOf(Loop);
    expect(warned).toEqual([expect.stringMatching(/a state cannot hold the instance that it is the state of/)]);
  });

  it('are found again in another process, and run again when their class was edited', () => {
    const project = folder();
    mkdirSync(join(project, 'node_modules'));
    symlinkSync(fileURLToPath(new URL('../..', import.meta.url)), join(project, 'node_modules/hypernodes'));
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
    writeFileSync(
      join(project, 'main.js'),
      `import { node, Pipeline } from 'hypernodes';
       import { DiskCache } from 'hypernodes/cache';
       import { makePoint, Point } from './point.js';
       let executed = 0;
       globalThis.count = () => { executed++; };
       const point = node('point', ({ x }) => { globalThis.count(); return makePoint(x); });
       const { point: found } = await new Pipeline({ nodes: [point], cache: new DiskCache('./cache') }).run({ x: 3 });
       console.log(JSON.stringify([executed, found instanceof Point, found.length()]));`,
    );
    const run = (factor: number): unknown => {
      writeFileSync(
        join(project, 'point.js'),
        `export class Point { constructor(x) { this.x = x; } length() { return this.x * ${factor}; } }
         export const makePoint = (x) => new Point(x);`,
      );
      return JSON.parse(execFileSync(process.execPath, ['main.js'], { cwd: project, encoding: 'utf8' }));
    };
    expect(run(2)).toEqual([1, true, 6]);
    expect(run(2)).toEqual([0, true, 6]);
    expect(run(5)).toEqual([1, true, 15]);
    expect(run(2)).toEqual([0, true, 6]);
  });

  it('are found whatever compiled the code, and count as what they were made with', () => {
    const project = folder();
    mkdirSync(join(project, 'node_modules'));
    const root = fileURLToPath(new URL('../..', import.meta.url));
    for (const name of ['hypernodes', 'tsx']) {
      symlinkSync(name === 'tsx' ? join(root, 'node_modules/tsx') : root, join(project, 'node_modules', name));
    }
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
    writeFileSync(
      join(project, 'main.ts'),
      `import { node, Pipeline } from 'hypernodes';
       import { DiskCache } from 'hypernodes/cache';
       class Doc { size: number; constructor(size: number) { this.size = size; } words(): number { return this.size * 2; } }
       class Twin { size = 2; words(): number { return this.size * 2; } }
       class Scaler { #factor: number; constructor(factor: number) { this.#factor = factor; } apply(x: number): number { return x * this.#factor; } }
       let executed = 0;
       const scaler = new Scaler(3);
       const doc = node('doc', ({ x }: { x: number }) => { executed++; return [new Doc(x), new Twin()] as const; });
       const words = node('words', ({ doc: [one, other] }: { doc: readonly [Doc, Twin] }) => { executed++; return one.words() + other.words(); });
       const scaled = node('scaled', ({ words }: { words: number }) => { executed++; return scaler.apply(words); });
       const { doc: [one, other], scaled: result } = await new Pipeline({ name: 'p', nodes: [doc, words, scaled], cache: new DiskCache('./cache') }).run({ x: 3 });
       console.log(JSON.stringify([executed, one instanceof Doc, other instanceof Twin, result]));`,
    );
    const bundle = (outfile: string, minify: boolean) =>
      buildSync({
        entryPoints: [join(project, 'main.ts')],
        bundle: true,
        packages: 'external',
        format: 'esm',
        minify,
        outfile: join(project, outfile),
      });
    bundle('plain.js', false);
    bundle('minified.js', true);
    const run = (...parameters: string[]): unknown =>
      JSON.parse(execFileSync(process.execPath, parameters, { cwd: project, encoding: 'utf8' }));
    expect(run('--import', 'tsx', 'main.ts')).toEqual([3, true, true, 30]);
    expect(run('plain.js')).toEqual([0, true, true, 30]);
    expect(run('minified.js')).toEqual([0, true, true, 30]);
    expect(run('--import', 'tsx', 'main.ts')).toEqual([0, true, true, 30]);
  });

  it('stay with what asks for them in memory too', async () => {
    const cache = new MemoryCache();
    const shape = node('shape', () => new Shape('ball'));
    const text = node('text', ({ shape: given }: { shape: Shape }) => given.describe());
    const p = new Pipeline({ nodes: [shape, text], cache });
    expect((await p.run({})).text).toBe('a ball');
    const again = await p.run({});
    expect(again.text).toBe('a ball');
    expect(again.shape).toBeInstanceOf(Shape);
  });
});
