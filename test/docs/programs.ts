import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';

/** A program made of code that stands in a document. */
export interface Program {
  /** Where it comes from, for people. */
  readonly title: string;
  /** Unique, for files. */
  readonly id: string;
  readonly code: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Compiles programs as a user of the built package would; messages of the compiler and emitted files by program id. */
export function compile(folder: string, programs: readonly Program[]) {
  // Inside the repository, so that `hypernodes` and what the examples use are found; outside of what git knows.
  const directory = join(root, '.cache', folder);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const files = new Map(programs.map((program) => [join(directory, `${program.id}.ts`), program]));
  for (const [file, { code }] of files) writeFileSync(file, `${code}\nexport {};\n`);

  const compiler = ts.createProgram([...files.keys()], {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
  });
  compiler.emit();

  const messages = new Map<string, string[]>(programs.map(({ id }) => [id, []]));
  for (const { file, start = 0, messageText } of ts.getPreEmitDiagnostics(compiler)) {
    const text = ts.flattenDiagnosticMessageText(messageText, '\n');
    const program = file && files.get(file.fileName);
    if (!program) throw new Error(`${file?.fileName ?? 'compiler'}: ${text}`);
    const { line } = file.getLineAndCharacterOfPosition(start);
    messages.get(program.id)!.push(`${file.text.split('\n')[line]}\n  ${text}`);
  }
  return { messages, emitted: (id: string) => join(directory, `${id}.js`) };
}

/** What a program prints; fails when the program does. */
export async function run(file: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env: { ...process.env, NO_COLOR: '1' } });
  return stdout === '' ? [] : stdout.trimEnd().split('\n');
}
