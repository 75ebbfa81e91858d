import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Type and literal of what node `index` produces: every third one a number. */
const typeOf = (index: number): string => (index % 3 === 0 ? 'number' : 'string');
const literalOf = (index: number): string => (index % 3 === 0 ? '1' : `'x'`);

/** Inputs of their own: every tenth node wants an object. */
const settingsOf = (index: number): string[] => (index % 10 === 0 ? [`settings${index}`] : []);

function nodeText(index: number): string {
  const edges = [index - 1, index - 3].filter((from) => from >= 0);
  const inputs: [name: string, type: string][] = [
    ['text', 'string'],
    ...edges.map((from): [string, string] => [`v${from}`, typeOf(from)]),
    ...settingsOf(index).map((name): [string, string] => [name, '{ limit: number; tags?: string[] }']),
  ];
  const names = inputs.map(([name]) => name).join(', ');
  const types = inputs.map(([name, type]) => `${name}: ${type}`).join('; ');
  return `const n${index} = node('v${index}', async ({ ${names} }: { ${types} }) => ${literalOf(index)});`;
}

/** A program that builds a pipeline of so many nodes, runs it, maps it and nests it; an empty one for 0. */
export function programText(nodes: number): string {
  if (nodes === 0) return 'export {};\n';
  const all = range(nodes);
  const given = all
    .flatMap(settingsOf)
    .map((name) => `${name}: { limit: 1 }`)
    .join(', ');
  return `import { node, pipeline } from 'hypernodes';
${all.map(nodeText).join('\n')}
const flow = pipeline(${all.map((index) => `n${index}`).join(', ')});
const whole = await flow.run({ text: 'a', ${given} });
export const first: number = whole.v0;
export const last = (await flow.run({ text: 'a', ${given} }, { outputs: ['v${nodes - 1}'] })).v${nodes - 1};
export const mapped = (await flow.map({ text: ['a'], ${given} }, { over: 'text' }))[0]?.v1;
const nested = flow.asNode({ inputs: { documents: 'text' }, outputs: { v0: 'firsts' }, mapOver: 'documents' });
const outer = pipeline(nested, node('count', ({ firsts }: { firsts: number[] }) => firsts.length));
export const count: number = (await outer.run({ documents: ['a'], ${given} })).count;
`;
}

const compilerOptions = {
  target: 'es2022',
  lib: ['es2023', 'esnext.disposable'],
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  noEmit: true,
  types: [],
};

/** Writes the program as a project of its own; returns its folder. */
export function writeProject(folder: string, nodes: number): string {
  const project = join(folder, String(nodes));
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'main.ts'), programText(nodes));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }));
  return project;
}
