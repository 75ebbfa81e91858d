// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the sources of programs are the subject here
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Identities, Workshop } from './workshop.ts';

const base = {
  'nodes.ts': `
import { sep } from 'node:path';
import { normalize, Tokens } from './text.ts';
import { stem } from 'stems';
import { plain } from './plain.ts';
import scale from './scale.ts';
import * as shapes from './shapes.ts';
import words from './words.json' with { type: 'json' };

const LIMIT = 10;
const RATES: Record<string, number> = { a: 1, b: 2 };
const make = (factor: number) => ({ x }: { x: number }) => x * factor;

export const all = {
  direct: ({ text }: { text: string }) => text.trim() + sep,
  helped: ({ text }: { text: string }) => normalize(text),
  limited: ({ xs }: { xs: number[] }) => xs.slice(0, LIMIT),
  closed: make(2),
  classy: ({ text }: { text: string }) => new Tokens(text).count(),
  packaged: ({ word }: { word: string }) => stem(word),
  reexported: ({ x }: { x: number }) => shapes.area(x),
  listed: ({ word }: { word: string }) => words.includes(word),
  defaulted: ({ x }: { x: number }) => scale(x),
  tagged: ({ x }: { x: number }) => plain\`\${x} pieces\`,
  rated: ({ kind }: { kind: string }) => RATES[kind],
};
`,
  'shapes.ts': "export * from './area.ts';\n",
  'area.ts': 'const PI = 3.14;\nexport const area = (x: number) => PI * x ** 2;\n',
  'words.json': '["a", "b"]',
  'scale.ts': 'export default (x: number) => x * 2;\n',
  'plain.ts':
    'export const plain = (texts: TemplateStringsArray, ...values: unknown[]) => String.raw(texts, ...values);\n',
  'lower.ts': 'export const lower = (text: string) => text.toLowerCase();\n',
  'text.ts': `
import { lower } from './case.ts';

/** Makes words comparable. */
export function normalize(text: string): string {
  const trimmed = text.trim();
  return lower(trimmed);
}

class Base {
  static shortest = 2;
  words: string[];
  constructor(text: string) {
    this.words = text.split(' ');
  }
  accepts(word: string) {
    return word.length >= Base.shortest;
  }
}

export class Tokens extends Base {
  count() {
    return this.words.filter((word) => this.accepts(word)).length;
  }
}
`,
  'case.ts': `
export const lower = (text: string) => text.toLowerCase();
export const unused = 1;
`,
  'node_modules/stems/package.json':
    '{ "name": "stems", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
  'node_modules/stems/index.js': 'export const stem = (word) => word.slice(0, 3);',
};
type File = keyof typeof base;
const everything = [
  ...(['direct', 'helped', 'limited', 'closed', 'classy', 'packaged'] as const),
  ...(['reexported', 'listed', 'defaulted', 'tagged', 'rated'] as const),
];
type Name = (typeof everything)[number];

interface Edit {
  readonly what: string;
  readonly file: File;
  readonly from: string;
  readonly to: string;
  /** The functions that must get another identity; all others must keep theirs. */
  readonly changes: readonly Name[];
}

const edits: readonly Edit[] = [
  { what: 'nothing', file: 'nodes.ts', from: 'LIMIT', to: 'LIMIT', changes: [] },
  {
    what: 'the function itself',
    file: 'nodes.ts',
    from: 'text.trim() + sep',
    to: 'text.trimEnd() + sep',
    changes: ['direct'],
  },
  {
    what: 'a helper in another file',
    file: 'text.ts',
    from: 'lower(trimmed)',
    to: 'lower(trimmed) + "!"',
    changes: ['helped'],
  },
  { what: 'a helper of a helper', file: 'case.ts', from: 'toLowerCase', to: 'toUpperCase', changes: ['helped'] },
  { what: 'a module constant', file: 'nodes.ts', from: 'LIMIT = 10', to: 'LIMIT = 11', changes: ['limited'] },
  {
    what: 'the type of a module constant',
    file: 'nodes.ts',
    from: 'LIMIT = 10',
    to: "LIMIT = '10' as never",
    changes: ['limited'],
  },
  { what: 'a closed-over value', file: 'nodes.ts', from: 'make(2)', to: 'make(3)', changes: ['closed'] },
  { what: 'a method of a class', file: 'text.ts', from: '.length;', to: '.length + 1;', changes: ['classy'] },
  { what: 'a method of a parent class', file: 'text.ts', from: '>= Base', to: '> Base', changes: ['classy'] },
  {
    what: 'a static field of a parent class',
    file: 'text.ts',
    from: 'shortest = 2',
    to: 'shortest = 3',
    changes: ['classy'],
  },
  { what: 'a constructor', file: 'text.ts', from: "split(' ')", to: "split('  ')", changes: ['classy'] },
  { what: 'the parent class', file: 'text.ts', from: 'extends Base', to: 'extends Array<never>', changes: ['classy'] },
  {
    what: 'the version of a package',
    file: 'node_modules/stems/package.json',
    from: '1.0.0',
    to: '1.0.1',
    changes: ['packaged'],
  },
  {
    what: 'another import of the same name',
    file: 'nodes.ts',
    from: "sep } from 'node:path'",
    to: "EOL as sep } from 'node:os'",
    changes: ['direct'],
  },
  { what: 'what a re-export gives', file: 'area.ts', from: '** 2', to: '** 3', changes: ['reexported'] },
  { what: 'a constant behind a re-export', file: 'area.ts', from: '3.14', to: '3.1415', changes: ['reexported'] },
  { what: 'imported JSON', file: 'words.json', from: '"b"', to: '"b", "c"', changes: ['listed'] },
  { what: 'a default export', file: 'scale.ts', from: 'x * 2', to: 'x * 3', changes: ['defaulted'] },
  {
    what: 'the tag of a template',
    file: 'plain.ts',
    from: '...values)',
    to: '...values.toSorted())',
    changes: ['tagged'],
  },
  { what: 'the text of a template', file: 'nodes.ts', from: 'pieces', to: 'parts', changes: ['tagged'] },
  { what: 'a value in a record', file: 'nodes.ts', from: 'b: 2', to: 'b: 3', changes: ['rated'] },
  { what: 'the order of a record', file: 'nodes.ts', from: '{ a: 1, b: 2 }', to: '{ b: 2, a: 1 }', changes: [] },
  { what: 'the layout of imported JSON', file: 'words.json', from: '["a", "b"]', to: '[\n"a",\n"b"\n]', changes: [] },
  { what: 'the file that a helper is in', file: 'text.ts', from: './case.ts', to: './lower.ts', changes: [] },
  {
    what: 'the order of declarations',
    file: 'area.ts',
    from: 'const PI = 3.14;\nexport const area = (x: number) => PI * x ** 2;',
    to: 'export const area = (x: number) => PI * x ** 2;\nconst PI = 3.14;',
    changes: [],
  },
  {
    what: 'a body in place of an expression',
    file: 'case.ts',
    from: 'export const lower = (text: string) => text.toLowerCase();',
    to: 'export const lower = (text: string) => { return text.toLowerCase(); };',
    changes: [],
  },
  { what: 'something that nobody uses', file: 'case.ts', from: 'unused = 1', to: 'unused = 2', changes: [] },
  { what: 'a comment', file: 'text.ts', from: 'comparable. */', to: 'alike. */ // really', changes: [] },
  { what: 'a comment inside', file: 'text.ts', from: 'return lower', to: '/* all */ return lower', changes: [] },
  {
    what: 'the layout',
    file: 'nodes.ts',
    from: '=> text.trim() + sep',
    to: '=>\n    text\n      .trim()\n      + sep',
    changes: [],
  },
  { what: 'the quotes', file: 'text.ts', from: "split(' ')", to: 'split(" ")', changes: [] },
  { what: 'a type', file: 'text.ts', from: '(text: string): string', to: '(text: `${string}`): string', changes: [] },
  { what: 'a cast', file: 'text.ts', from: 'lower(trimmed)', to: 'lower(trimmed as string)!', changes: [] },
  {
    what: 'the name of a local variable',
    file: 'text.ts',
    from: 'const trimmed = text.trim();\n  return lower(trimmed)',
    to: 'const clean = text.trim();\n  return lower(clean)',
    changes: [],
  },
  {
    what: 'the name of a module constant',
    file: 'nodes.ts',
    from: 'LIMIT = 10',
    to: 'LIMIT = 10; const MOST = LIMIT',
    changes: [],
  },
  {
    what: 'an arrow with a body',
    file: 'nodes.ts',
    from: '=> normalize(text),',
    to: '=> { return normalize(text); },',
    changes: [],
  },
  {
    what: 'an import under another name',
    file: 'text.ts',
    from: 'import { lower }',
    to: 'import { lower as small }; const lower = small; import {}',
    changes: [],
  },
];

const workshop = new Workshop();
const directory = (index: number) => `edit-${index}`;

/** Ways to run the edited programs: what compiles them, and how they are run. */
const tools = ['tsx', 'tsc', 'esbuild --bundle --minify', 'a worker thread'] as const;

/** Identities after every edit, by tool. */
function identitiesByTool(sources: readonly string[]): Record<(typeof tools)[number], Identities[]> {
  const build = { platform: 'node', target: 'node20', format: 'esm', outbase: workshop.directory } as const;
  const place = { entryPoints: [...sources], outdir: workshop.directory, outExtension: { '.js': '.min.js' } };
  buildSync({ ...build, ...place, bundle: true, minify: true, packages: 'external' });
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const options = ['--target', 'es2022', '--module', 'es2022', '--moduleResolution', 'bundler', '--ignoreConfig'];
  const lenient = ['--noCheck', '--skipLibCheck', '--rewriteRelativeImportExtensions', '--resolveJsonModule'];
  execFileSync(process.execPath, [compiler, ...options, ...lenient, ...sources], { stdio: 'pipe' });
  const named = (extension: string) => sources.map((file) => file.replace(/\.ts$/, extension));
  return {
    tsx: workshop.identities(sources, { node: ['--import', 'tsx'] }),
    tsc: workshop.identities(named('.js')),
    'esbuild --bundle --minify': workshop.identities(named('.min.js')),
    'a worker thread': workshop.identities(named('.js'), { worker: true }),
  };
}

describe('after an edit of', () => {
  let before: Identities;
  let after: Identities[];
  let byTool: ReturnType<typeof identitiesByTool>;

  beforeAll(() => {
    const files = [{ what: '', file: 'nodes.ts', from: '', to: '', changes: [] } as Edit, ...edits].map(
      (edit, index) => {
        const files: Record<string, string> = {};
        for (const [name, text] of Object.entries(base)) {
          if (name === edit.file && !text.includes(edit.from)) throw new Error(`${edit.what}: nothing to edit`);
          const edited = name === edit.file ? text.replace(edit.from, edit.to) : text;
          files[`${directory(index)}/${name}`] = edited.replace(
            "import { lower as small }; const lower = small; import {} from './case.ts';",
            "import { lower as small } from './case.ts';\nconst lower = small;",
          );
        }
        files[`${directory(index)}/package.json`] = '{ "type": "module" }';
        workshop.write(files);
        return join(workshop.directory, directory(index), 'nodes.ts');
      },
    );
    byTool = identitiesByTool(files);
    [before, ...after] = byTool.tsx as [Identities, ...Identities[]];
  }, 180_000);
  afterAll(() => workshop.close());

  it.each(edits.map((edit, index) => [edit.what, edit, index] as const))('%s', (_, edit, index) => {
    const changed = everything.filter((name) => after[index]![name]!.digest !== before[name]!.digest);
    expect(changed).toEqual(edit.changes);
    for (const name of everything) expect(after[index]![name]!.unidentified).toEqual([]);
    // And whatever compiled and ran it, it is the same identity.
    const digests = (identities: Identities) => everything.map((name) => identities[name]!.digest);
    for (const tool of tools) expect([tool, digests(byTool[tool][index + 1]!)]).toEqual([tool, digests(after[index]!)]);
  });

  it('and back again, the identity is what it was', () => {
    const file = workshop.write({
      [`${directory(2)}/nodes.ts`]: base['nodes.ts'],
      [`${directory(2)}/text.ts`]: base['text.ts'],
    });
    const [again] = workshop.identities([file.replace('text.ts', 'nodes.ts')], { node: ['--import', 'tsx'] });
    expect(again!.helped!.digest).toBe(before.helped!.digest);
  });

  it('a helper, the parts say which one', () => {
    const parts = (identity: Identities[string], dir: string) =>
      Object.fromEntries(Object.entries(identity.parts).map(([name, value]) => [name.replace(dir, 'here'), value]));
    const one = parts(before.helped!, directory(0));
    const other = parts(after[3]!.helped!, directory(4));
    expect(Object.keys(one).sort()).toEqual([
      'helped (here/nodes.ts)',
      'lower (here/case.ts)',
      'normalize (here/text.ts)',
    ]);
    expect(Object.keys(one).filter((name) => one[name] !== other[name])).toEqual(['lower (here/case.ts)']);
    expect(before.packaged!.parts['stems (package)']).toBe('stems@1.0.0');
  });
});
