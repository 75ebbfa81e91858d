import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProject } from './project.ts';

const source = `import { pack } from 'hypernodes/pack';
import { writeFileSync } from 'node:fs';

interface Document {
  text: string;
}

/* line 8 */ const check = ({ text }: Document): string => {
  if (text === '') {
    throw new Error('empty'); // line 10
  }
  return text;
};
class Reader {
  read(doc: Document): string {
    return check(doc); // line 16
  }
}
const reader = new Reader();
const run = () => reader.read({ text: '' }); // line 20

writeFileSync(process.argv[2]!, pack(run));
`;

const far = `import { readFileSync } from 'node:fs';
import { unpack } from 'hypernodes/pack';
try {
  unpack(readFileSync(process.argv[2]))();
} catch (error) {
  console.log(error.stack);
}
`;

describe('the stack of an error thrown far away', () => {
  const project = makeProject();
  const elsewhere = makeProject();
  beforeAll(() => {
    writeFileSync(join(project, 'steps.mts'), source);
    writeFileSync(join(elsewhere, 'far.mjs'), far);
  });
  afterAll(() => {
    for (const folder of [project, elsewhere]) rmSync(folder, { recursive: true });
  });

  function stackFrom(args: readonly string[]): string {
    const payload = join(elsewhere, 'payload');
    execFileSync(process.execPath, [...args, join(project, 'steps.mts'), payload], { cwd: project });
    return execFileSync(process.execPath, [join(elsewhere, 'far.mjs'), payload], { cwd: elsewhere, encoding: 'utf8' });
  }

  it("has the user's file and lines under tsx, which puts functions on one line", () => {
    const stack = stackFrom(['--import', import.meta.resolve('tsx')]);
    expect(stack).toMatch(/^Error: empty\n {4}at check \(file:\/\/.*\/steps\.mts:\d+:\d+\)\n {4}at Reader\.read \(/);
    expect(stack.match(/steps\.mts:(\d+):/g)).toEqual(['steps.mts:10:', 'steps.mts:16:', 'steps.mts:20:']);
  });

  it.runIf('typescript' in process.features && process.features.typescript)(
    'has the exact lines when types are stripped',
    () => {
      const stack = stackFrom(['--disable-warning=ExperimentalWarning']);
      expect(stack.match(/steps\.mts:(\d+):/g)).toEqual(['steps.mts:10:', 'steps.mts:16:', 'steps.mts:20:']);
    },
  );

  it('has the exact lines of a plain module', () => {
    const plain = source
      .replace(/interface[^}]*}/, (text) => text.replaceAll(/\S/g, ' '))
      .replaceAll(/: (Document|string)\b/g, '')
      .replace('!', '');
    writeFileSync(join(project, 'plain.mjs'), plain.replaceAll('{ text }', '{ text }'));
    const payload = join(elsewhere, 'plain');
    execFileSync(process.execPath, [join(project, 'plain.mjs'), payload], { cwd: project });
    const stack = execFileSync(process.execPath, [join(elsewhere, 'far.mjs'), payload], {
      cwd: elsewhere,
      encoding: 'utf8',
    });
    expect(stack.match(/plain\.mjs:(\d+:\d+)/g)).toEqual(['plain.mjs:10:11', 'plain.mjs:16:12', 'plain.mjs:20:26']);
    expect(readFileSync(payload).length).toBeGreaterThan(0);
  });
});
