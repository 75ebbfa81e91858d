import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import { build, transformSync } from 'esbuild';
import ts from 'typescript';

const here = dirname(fileURLToPath(import.meta.url));
const repository = join(here, '../..');

/** How a user may run their TypeScript. */
export type Tool =
  | 'Node, which strips the types'
  | 'tsx'
  | 'esbuild to modules'
  | 'esbuild to CommonJS'
  | 'esbuild for ES2020'
  | 'tsc to modules'
  | 'tsc for ES2020'
  | 'tsc to CommonJS'
  | 'a minified bundle'
  | 'a CommonJS bundle';

/** A folder as a user has it: their code, and the packages that they installed. */
export function makeProject(condition: 'import' | 'default' = 'import'): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hypernodes-pack-')));
  installPackages(folder, condition);
  return folder;
}

/** A folder that has the packages and nothing of the user. */
export function makeFarSide(): string {
  const folder = makeProject();
  cpSync(join(here, 'programs'), folder, { recursive: true });
  return folder;
}

/** @param condition Under which `import-only-tools` can be loaded: CommonJS code cannot use what is for `import` only. */
function installPackages(folder: string, condition: string): void {
  const installed = join(folder, 'node_modules');
  cpSync(join(here, 'packages'), installed, { recursive: true });
  const manifest = join(installed, 'import-only-tools/package.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replaceAll('"import"', `"${condition}"`));
  symlinkSync(repository, join(installed, 'hypernodes'));
  writeFileSync(join(folder, 'package.json'), '{ "name": "user-project", "type": "module" }');
}

/** Puts the cases into a project in the form that a tool gives them, and says how to run them. */
export async function compileCases(
  project: string,
  tool: Tool,
): Promise<{ readonly entry: string; readonly node: readonly string[] }> {
  const cases = join(here, 'cases');
  cpSync(join(here, 'programs'), project, { recursive: true });
  const out = join(project, 'cases');
  const isCommonJs = tool.includes('CommonJS');
  mkdirSync(out, { recursive: true });
  switch (tool) {
    case 'Node, which strips the types':
      cpSync(cases, out, { recursive: true });
      return { entry: join(out, 'index.ts'), node: ['--disable-warning=ExperimentalWarning'] };
    case 'tsx':
      cpSync(cases, out, { recursive: true });
      return { entry: join(out, 'index.ts'), node: ['--import', import.meta.resolve('tsx')] };
    case 'a minified bundle':
    case 'a CommonJS bundle': {
      // How esbuild imports CommonJS depends on what the sources around it say they are.
      cpSync(cases, out, { recursive: true });
      writeFileSync(join(out, 'package.json'), `{ "type": "${isCommonJs ? 'commonjs' : 'module'}" }`);
      const entry = join(out, isCommonJs ? 'bundle.cjs' : 'bundle.mjs');
      const format = isCommonJs ? 'cjs' : 'esm';
      await build({
        entryPoints: [join(out, 'index.ts')],
        outfile: entry,
        bundle: true,
        packages: 'external',
        platform: 'node',
        format,
        minify: !isCommonJs,
        keepNames: true,
        target: 'node20',
        logLevel: 'error',
      });
      return { entry, node: [] };
    }
    default:
      writeFileSync(join(out, 'package.json'), `{ "type": "${isCommonJs ? 'commonjs' : 'module'}" }`);
      for (const file of sources(cases)) {
        const text = tool.startsWith('esbuild')
          ? withEsbuild(join(cases, file), isCommonJs, tool.endsWith('ES2020') ? 'es2020' : 'node20')
          : withTsc(join(cases, file), isCommonJs, tool.endsWith('ES2020') ? 'ES2020' : 'ES2022');
        const target = join(out, file.replace(/\.ts$/, '.js'));
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, text.replace(/(["']\.{1,2}\/[^"']*)\.ts(["'])/g, '$1.js$2'));
      }
      return { entry: join(out, 'index.js'), node: [] };
  }
}

function sources(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
}

function withEsbuild(file: string, isCommonJs: boolean, target: string): string {
  const format = isCommonJs ? 'cjs' : 'esm';
  return transformSync(readFileSync(file, 'utf8'), { loader: 'ts', format, target, sourcefile: file }).code;
}

function withTsc(file: string, isCommonJs: boolean, target: 'ES2020' | 'ES2022'): string {
  const module = isCommonJs ? ts.ModuleKind.CommonJS : ts.ModuleKind.ESNext;
  const compilerOptions = { target: ts.ScriptTarget[target], module, esModuleInterop: true };
  return ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions, fileName: file }).outputText;
}

/** A case after its travels: what it gave here, in another process and in a thread of that. */
export interface Travelled {
  readonly name: string;
  readonly expected: string;
  readonly inProcess: string;
  readonly inWorker: string;
}

/** A case as the near side packed it, and what it gives there. */
export interface PackedCase {
  readonly name: string;
  readonly bytes?: Uint8Array;
  readonly refused?: string;
  readonly expected: string;
}

/** Packs the cases in a process of the user's project and calls them on the far side. */
export async function travel(tool: Tool): Promise<Travelled[]> {
  const project = makeProject(tool.includes('CommonJS') ? 'default' : 'import');
  try {
    const { entry, node } = await compileCases(project, tool);
    return packAndCall(project, entry, node);
  } finally {
    rmSync(project, { recursive: true });
  }
}

/** The same for programs, by their sources; each exports a function `run`. */
export function travelPrograms(sources: readonly string[]): Travelled[] {
  const project = makeProject();
  try {
    cpSync(join(here, 'programs'), project, { recursive: true });
    for (const [i, source] of sources.entries()) writeFileSync(join(project, `program${i}.mjs`), source);
    const imports = sources.map((_, i) => `import { run as run${i} } from './program${i}.mjs';`);
    const cases = sources.map((_, i) => `'${i}': () => run${i}(5)`);
    const entry = join(project, 'index.mjs');
    writeFileSync(entry, `${imports.join('\n')}\nexport const groups = { programs: { ${cases.join(', ')} } };`);
    return packAndCall(project, entry, []);
  } finally {
    rmSync(project, { recursive: true });
  }
}

function packAndCall(project: string, entry: string, node: readonly string[]): Travelled[] {
  const payloads = join(project, 'payloads');
  run([...node, join(project, 'near.mjs'), entry, payloads], project);
  return callFarAway(deserialize(readFileSync(payloads)) as PackedCase[]);
}

/** Calls packed cases on a far side that has none of the user's files. */
export function callFarAway(packed: readonly PackedCase[]): Travelled[] {
  const far = makeFarSide();
  try {
    const payloads = join(far, 'payloads');
    const results = join(far, 'results');
    writeFileSync(payloads, serialize(packed));
    run([join(far, 'far.mjs'), payloads, results], far);
    const back = deserialize(readFileSync(results)) as Record<'process' | 'worker', { result: string }[]>;
    return packed.map(({ name, expected }, i) => ({
      name,
      expected,
      inProcess: back.process[i]!.result,
      inWorker: back.worker[i]!.result,
    }));
  } finally {
    rmSync(far, { recursive: true });
  }
}

function run(args: readonly string[], cwd: string): void {
  execFileSync(process.execPath, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
}
