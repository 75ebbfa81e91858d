import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

/**
 * Every row of the staleness matrix (joblib, Hamilton, redun, pipefunc and Prefect each serve a wrong value in some of
 * them), in real processes that load edited source files.
 */
const root = resolve(import.meta.dirname, '../..');
let project: string;

const files = {
  'text.ts': `export const normalize = (text: string): string => text.trim().toLowerCase();\n`,
  'limits.ts': `export const LIMIT = 3;\nexport const weights = { a: 1, b: [2] };\n`,
  'scale.ts': `export const scaler = (factor: number) => ({ n }: { n: number }): number => n * factor;\n`,
  'shape.ts': `export class Shape { area(): number { return 2; } }\nexport class Square extends Shape { side = 1; }\n`,
  'main.ts': `
    import { node, Pipeline } from 'hypernodes';
    import { DiskCache } from 'hypernodes/cache';
    import { LIMIT, weights } from './limits.ts';
    import { scaler } from './scale.ts';
    import { Square } from './shape.ts';
    import { normalize } from './text.ts';

    const FACTOR = 2;
    const clean = node('cleaned', ({ text }: { text: string }) => normalize(text));
    const cut = node('n', ({ cleaned }: { cleaned: string }) => cleaned.slice(0, LIMIT).length);
    const scaled = node('scaled', scaler(FACTOR));
    const weighed = node('weighed', ({ scaled }: { scaled: number }) => scaled + weights.a + weights.b[0]);
    const area = node('area', ({ n }: { n: number }) => new Square().area() * n);
    const executed: string[] = [];
    const p = new Pipeline({
      name: 'p',
      nodes: [clean, cut, scaled, weighed, area],
      cache: new DiskCache('./cache'),
      callbacks: [{ onNodeStart: ({ node }) => void executed.push(node) }],
    });
    const outputs = await p.run({ text: process.argv[2] ?? '  Hello World ' });
    console.log(JSON.stringify({ outputs, executed: executed.sort() }));
  `,
};

interface Outcome {
  readonly outputs: Record<string, unknown>;
  readonly executed: readonly string[];
}

const write = (edits: Partial<Record<keyof typeof files, string>> = {}): void => {
  for (const [name, text] of Object.entries({ ...files, ...edits })) writeFileSync(join(project, name), text);
};
const run = (text?: string): Outcome =>
  JSON.parse(
    execFileSync(process.execPath, ['--import', 'tsx', 'main.ts', ...(text === undefined ? [] : [text])], {
      cwd: project,
      encoding: 'utf8',
    }),
  );

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'hypernodes-stale-'));
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(root, join(project, 'node_modules/hypernodes'));
  symlinkSync(join(root, 'node_modules/tsx'), join(project, 'node_modules/tsx'));
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  write();
  run();
});

describe('a map that was killed half way, and whose helper was edited before it began anew', () => {
  const program = {
    'text.ts': files['text.ts'],
    'map.ts': `
    import { writeSync } from 'node:fs';
    import { node, Pipeline } from 'hypernodes';
    import { DiskCache } from 'hypernodes/cache';
    import { normalize } from './text.ts';

    const length = node('length', ({ text }: { text: string }) => text.length);
    const clean = node('cleaned', ({ text }: { text: string }) => normalize(text));
    const count = node('words', ({ cleaned }: { cleaned: string }) => cleaned.split(' '));
    let counted = 0;
    const p = new Pipeline({
      name: 'p',
      nodes: [length, clean, count],
      cache: new DiskCache('./map-cache'),
      callbacks: [
        {
          onNodeStart({ node }) {
            writeSync(1, node + '\\n');
            if (node === 'words' && ++counted === 13 && process.argv[2] === 'stop') {
              writeSync(1, 'stopped\\n');
              Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
            }
          },
        },
      ],
    });
    const text = Array.from({ length: 20 }, (_, i) => 'Text ' + i + (i % 2 === 1 ? '!' : ''));
    const result = await p.map({ text }, { over: 'text', concurrency: 1 });
    writeSync(1, 'last ' + result.column('words').at(-1).join() + '\\n');
  `,
  };
  const command = ['--import', 'tsx', 'map.ts'];
  const edit = (text: string): void => writeFileSync(join(project, 'text.ts'), text);
  /** How often each node ran, and what the last item gave. */
  const finish = (): Record<string, unknown> => {
    const lines = execFileSync(process.execPath, command, { cwd: project, encoding: 'utf8' }).trim().split('\n');
    const times = (name: string) => lines.filter((line) => line === name).length;
    return { length: times('length'), cleaned: times('cleaned'), words: times('words'), last: lines.at(-1) };
  };

  it('runs what was not done and what depends on the edit, and nothing else', async () => {
    for (const [name, text] of Object.entries(program)) writeFileSync(join(project, name), text);
    const killed = spawn(process.execPath, [...command, 'stop'], {
      cwd: project,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    for await (const chunk of killed.stdout) {
      printed += String(chunk);
      if (printed.includes('stopped')) killed.kill('SIGKILL');
    }
    expect(printed.trim().split('\n').length).toBe(12 * 3 + 3 + 1);

    // It changes the odd texts: of those that were done, their words are counted anew.
    edit(files['text.ts'].replace('.trim()', ".trim().replace('!', '')"));
    expect(finish()).toEqual({ length: 7, cleaned: 20, words: 6 + 8, last: 'last text,19' });
    expect(finish()).toEqual({ length: 0, cleaned: 0, words: 0, last: 'last text,19' });
    // Back to the earlier code: what it did before it was killed is still there.
    edit(files['text.ts']);
    expect(finish()).toEqual({ length: 0, cleaned: 7, words: 4, last: 'last text,19!' });
  });
});

describe('in a new process', () => {
  it('nothing runs that ran before', () => {
    expect(run()).toEqual({
      outputs: { cleaned: 'hello world', n: 3, scaled: 6, weighed: 9, area: 6 },
      executed: [],
    });
  });

  it.each<[string, Partial<Record<keyof typeof files, string>>, Partial<Outcome>]>([
    [
      'an edited helper in another file',
      { 'text.ts': `export const normalize = (text: string): string => text.trim().toUpperCase();\n` },
      // The cut text is another one of the same length: what follows stays as it is.
      { executed: ['cleaned', 'n'], outputs: { cleaned: 'HELLO WORLD', n: 3, scaled: 6, weighed: 9, area: 6 } },
    ],
    [
      'an edited node before others that were not',
      { 'main.ts': files['main.ts'].replace('normalize(text));', 'normalize(text) + "!");') },
      { executed: ['cleaned', 'n'], outputs: { cleaned: 'hello world!', n: 3, scaled: 6, weighed: 9, area: 6 } },
    ],
    [
      'a changed module constant',
      { 'limits.ts': files['limits.ts'].replace('LIMIT = 3', 'LIMIT = 4') },
      {
        executed: ['area', 'n', 'scaled', 'weighed'],
        outputs: { cleaned: 'hello world', n: 4, scaled: 8, weighed: 11, area: 8 },
      },
    ],
    [
      'a change deep in captured data',
      { 'limits.ts': files['limits.ts'].replace('[2]', '[5]') },
      { executed: ['weighed'], outputs: { cleaned: 'hello world', n: 3, scaled: 6, weighed: 12, area: 6 } },
    ],
    [
      'another closed-over value',
      { 'main.ts': files['main.ts'].replace('FACTOR = 2', 'FACTOR = 10') },
      { executed: ['scaled', 'weighed'], outputs: { cleaned: 'hello world', n: 3, scaled: 30, weighed: 33, area: 6 } },
    ],
    [
      'an edited method of a base class',
      { 'shape.ts': files['shape.ts'].replace('return 2', 'return 4') },
      { executed: ['area'], outputs: { cleaned: 'hello world', n: 3, scaled: 6, weighed: 9, area: 12 } },
    ],
  ])('%s runs exactly what depends on it', (_, edit, expected) => {
    write(edit);
    expect(run()).toEqual(expected);
    expect(run().executed).toEqual([]);
    write();
    // Back to the earlier code: its results are still there.
    expect(run().executed).toEqual([]);
  });

  it.each<[string, Partial<Record<keyof typeof files, string>>]>([
    [
      'comments, formatting and types',
      {
        'text.ts': `/** Documented now. */\nexport const normalize = (\n  text: string, // the text\n) => text\n  .trim()\n  .toLowerCase() as string;\n`,
        'main.ts': `// a new first line\n${files['main.ts'].replace('new Square().area() * n', '/* units: cm² */ new Square().area() * n')}`,
      },
    ],
    [
      'names of local variables',
      { 'text.ts': `export const normalize = (given: string): string => given.trim().toLowerCase();\n` },
    ],
    [
      'the name of a constant',
      {
        'main.ts': files['main.ts'].replaceAll('FACTOR', 'SCALE'),
      },
    ],
  ])('an edit of %s runs nothing', (_, edit) => {
    write(edit);
    expect(run().executed).toEqual([]);
    write();
  });

  it('tells 1 from "1" and other look-alikes', () => {
    expect(run('1').outputs.cleaned).toBe('1');
    expect(run('01').outputs.cleaned).toBe('01');
    expect(run('1').executed).toEqual([]);
  });
});
