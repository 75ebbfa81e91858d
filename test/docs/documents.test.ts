import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compile, type Program, run } from './programs.ts';

const root = new URL('../../', import.meta.url);
const documents = [
  'README.md',
  ...readdirSync(new URL('docs/', root))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

/** The blocks under one `##` heading are one program; in a getting-started page, the whole page is. */
function programsOf(document: string): Program[] {
  const text = readFileSync(new URL(document, root), 'utf8');
  const sections = document.endsWith('getting-started.md') ? [text] : text.split(/^(?=## )/m);
  return sections.flatMap((section, i) => {
    const code = [...section.matchAll(/^```ts\n(.*?)^```/gms)].map(([, block]) => block).join('\n');
    const heading = /^#+ (.*)/.exec(section)?.[1] ?? '';
    return code === '' ? [] : [{ title: `${document}, ${heading}`, id: `${document.replace(/\W/g, '-')}-${i}`, code }];
  });
}

/** Lines that a program promises to print: its comments `// → …`. */
function promised(code: string): string[] {
  return [...code.matchAll(/\/\/ → ?(.*)$/gm)].map(([, line]) => line!);
}

test.each([...documents, 'CHANGELOG.md'])('%s holds no leftovers of a merge', (document) => {
  expect(readFileSync(new URL(document, root), 'utf8')).not.toMatch(/^(<{7}|={7}|>{7})( |$)/m);
});

describe('code in the documents', () => {
  const programs = documents.flatMap(programsOf);
  const { messages, emitted } = compile('documents', programs);

  test('is found', () => {
    expect(programs.map(({ title }) => title)).toContain('README.md, hypernodes');
    expect(programs.length).toBeGreaterThanOrEqual(7);
  });

  test.each(programs)('$title: compiles', ({ id }) => {
    expect(messages.get(id)).toEqual([]);
  });

  test.each(programs)('$title: prints what it says', async ({ id, code }) => {
    expect(await run(emitted(id))).toEqual(promised(code));
  });

  test.each(programs)('$title: says what it prints', ({ code }) => {
    if (code.includes('console.log')) expect(promised(code).length).toBeGreaterThan(0);
  });
});

describe('links in the documents', () => {
  test.each(documents)('%s: point to files that are there', (document) => {
    const text = readFileSync(new URL(document, root), 'utf8').replace(/`[^`\n]*`/g, '');
    const targets = [...text.matchAll(/\]\((?!https?:)([^)#]+)(#[^)]*)?\)/g)].map(([, target]) => target!);
    for (const target of targets) {
      const url = new URL(target, new URL(document, root));
      expect(() => readdirOrRead(url), target).not.toThrow();
    }
  });
});

function readdirOrRead(url: URL): void {
  try {
    readFileSync(url);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
  }
}

test('docs/concepts.md names every class and code of the errors', () => {
  const source = readFileSync(new URL('src/errors.ts', root), 'utf8');
  const page = readFileSync(new URL('docs/concepts.md', root), 'utf8');
  const classes = [...source.matchAll(/export (?:abstract )?class (\w+)/g)].map(([, name]) => name!);
  const codes = [...source.matchAll(/'([A-Z]+(?:_[A-Z]+)+|TIMEOUT|ABORTED)'/g)].map(([, code]) => code!);
  expect(classes.length).toBeGreaterThan(5);
  expect(codes.length).toBeGreaterThan(15);
  for (const name of [...classes, ...codes]) expect(page).toContain(`\`${name}\``);
});
