import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compile, type Program } from './programs.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
};
const doors = Object.keys(exports)
  .filter((door) => !door.endsWith('.json'))
  .map((door) => `hypernodes${door.slice(1)}`);

/** An example may use, without importing it, what its own door and `hypernodes` hold. */
async function preludeFor(file: string): Promise<string> {
  const own = `hypernodes/${file.split('/')[1]}`;
  const taken = new Set<string>();
  const imports: string[] = [];
  for (const door of ['hypernodes', ...(doors.includes(own) ? [own] : [])]) {
    const names = Object.keys((await import(door)) as object).filter((name) => !taken.has(name));
    for (const name of names) taken.add(name);
    imports.push(`import { ${names.join(', ')} } from '${door}';`);
  }
  return imports.join('\n');
}

/** Who appears in short examples without introduction. */
const cast = `
const clean = node('cleaned', ({ text }: { text: string }) => text.trim().toLowerCase());
const count = node('wordCount', ({ cleaned }: { cleaned: string }) => cleaned.split(/\\s+/).length);
const perDoc = new Pipeline({ name: 'per_doc', nodes: [clean, count] });
const docs = ['One document', 'And another'];
`;

/** The examples in the doc comments of one file: what follows `@example`, up to the next tag or the end. */
function examplesOf(file: string): string[] {
  const comments = readFileSync(join(root, file), 'utf8').match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  return comments.flatMap((comment) => {
    const text = comment.replace(/^\/\*\*|\s*\*\/$/g, '').replace(/^\s*\* ?/gm, '');
    return [...text.matchAll(/^@example\b[^\n]*\n?([\s\S]*?)(?=^@\w|$(?![\s\S]))/gm)].map(([, code]) =>
      code!.replace(/^```.*$/gm, '').trim(),
    );
  });
}

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => `src/${file.replaceAll('\\', '/')}`);

const programs: Program[] = [];
for (const file of files) {
  for (const [i, example] of examplesOf(file).entries()) {
    const code = /^import /m.test(example) ? example : `${await preludeFor(file)}\n${cast}\n{\n${example}\n}`;
    programs.push({ title: `${file}, example ${i + 1}`, id: `${file.replace(/\W/g, '-')}-${i}`, code });
  }
}

describe('examples in doc comments', () => {
  const { messages } = compile('doc-comments', programs);

  test('are found', () => expect(programs.length).toBeGreaterThan(0));

  test.each(programs)('$title: compiles', ({ id }) => {
    expect(messages.get(id)).toEqual([]);
  });
});
