import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { tellSkipped } from '../fixtures/optional-tools.ts';

const root = resolve(import.meta.dirname, '../..');
const kernels = join(root, '.cache/notebook-kernels/node_modules');
/** The program that runs and converts notebooks, if it is installed. */
export const nbconvert = ['/usr/bin', '/usr/local/bin', ...(process.env.PATH ?? '').split(delimiter)]
  .map((folder) => join(folder, 'jupyter-nbconvert'))
  .find((path) => existsSync(path));

export type Kernel = 'deno' | 'tslab';

/** Whether there is Jupyter and both kernels; says what to install if not. */
export function hasJupyter(tests: string): boolean {
  const missing = [
    ...(nbconvert === undefined ? ['Jupyter'] : []),
    ...(['deno', 'tslab'] as const).filter((kernel) => !existsSync(join(kernels, kernel))),
  ];
  if (missing.length > 0) tellSkipped(tests, missing.join(', '));
  return missing.length === 0;
}

/** What one cell gave. */
export interface Cell {
  readonly source: string;
  /** What was printed on standard output. */
  readonly printed: string;
  /** What was printed on standard error, and errors of the kernel. */
  readonly failed: string;
  /** What was shown, as HTML; a display that was updated is here as it was last. */
  readonly shown: readonly string[];
}

interface Output {
  readonly output_type: 'stream' | 'display_data' | 'execute_result' | 'error';
  readonly name?: 'stdout' | 'stderr';
  readonly text?: string | readonly string[];
  readonly data?: Readonly<Record<string, string | readonly string[]>>;
  readonly traceback?: readonly string[];
}

/** A folder where nothing is installed, and kernels that only it knows. */
export function emptyNotebookFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hypernodes-notebooks-'));
  const commands: Readonly<Record<Kernel, readonly string[]>> = {
    deno: [denoProgram(), 'jupyter', '--kernel', '--conn', '{connection_file}'],
    tslab: [process.execPath, join(kernels, 'tslab/bin/tslab'), 'kernel', '--config-path={connection_file}'],
  };
  for (const [name, argv] of Object.entries(commands)) {
    const place = join(folder, 'jupyter/kernels', name);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'kernel.json'), JSON.stringify({ argv, display_name: name, language: 'typescript' }));
  }
  return folder;
}

/** A folder as a user has it, with hypernodes installed, and kernels that only it knows. */
export function notebookFolder(): string {
  const folder = emptyNotebookFolder();
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  for (const [name, target] of [
    ['hypernodes', root],
    ['elkjs', join(root, 'node_modules/elkjs')],
    ['acorn', join(root, 'node_modules/acorn')],
    ['@types/node', join(root, 'node_modules/@types/node')],
  ] as const) {
    symlinkSync(target, join(folder, 'node_modules', name));
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return folder;
}

/** Runs the cells one after the other, without a front end; gives what each of the code cells gave. */
export async function execute(folder: string, kernel: Kernel, cells: readonly string[]): Promise<Cell[]> {
  const notebook = {
    cells: cells.map((source, index) => ({
      cell_type: 'code',
      id: `cell-${index}`,
      execution_count: null,
      metadata: {},
      outputs: [],
      source,
    })),
    metadata: { kernelspec: { name: kernel, display_name: kernel, language: 'typescript' } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  const name = `${kernel}-${Math.random().toString(36).slice(2)}.ipynb`;
  writeFileSync(join(folder, name), JSON.stringify(notebook));
  const parameters = ['--to', 'notebook', '--execute', '--allow-errors', '--output', `out-${name}`, name];
  await promisify(execFile)(nbconvert!, parameters, { cwd: folder, env: environmentIn(folder) });
  const { cells: done } = JSON.parse(readFileSync(join(folder, `out-${name}`), 'utf8')) as {
    cells: readonly { source: string | readonly string[]; outputs: readonly Output[] }[];
  };
  return done.map(({ source, outputs }) => ({
    source: textOf(source),
    printed: outputs.map((output) => (output.name === 'stdout' ? textOf(output.text) : '')).join(''),
    failed: outputs
      .map((output) =>
        output.name === 'stderr' ? textOf(output.text) : output.output_type === 'error' ? textOf(output.traceback) : '',
      )
      .join(''),
    shown: outputs.flatMap(({ data }) => (data?.['text/html'] === undefined ? [] : [textOf(data['text/html'])])),
  }));
}

/** Jupyter that keeps its own files in the folder, and knows the kernels there. */
export const environmentIn = (folder: string): NodeJS.ProcessEnv => ({
  ...process.env,
  JUPYTER_PATH: join(folder, 'jupyter'),
  JUPYTER_RUNTIME_DIR: join(folder, 'runtime'),
  JUPYTER_CONFIG_DIR: join(folder, 'config'),
  XDG_CACHE_HOME: join(folder, 'cache'),
  XDG_DATA_HOME: join(folder, 'data'),
  NO_COLOR: '1',
});

/** One message of a kernel to its front end. */
export interface Message {
  readonly cell: number;
  /** `stream`, `display_data`, `update_display_data`, … */
  readonly type: string;
  /** HTML that is shown, or what is printed. */
  readonly text: string;
}

/** Runs the cells one after the other; gives every message that the kernel sent for them, each update of a display too. */
export async function record(folder: string, kernel: Kernel, cells: readonly string[]): Promise<Message[]> {
  const script = join(import.meta.dirname, 'record-messages.py');
  // Debian's Python has Debian's Jupyter, whichever comes first on the PATH.
  const python = nbconvert === '/usr/bin/jupyter-nbconvert' ? '/usr/bin/python3' : 'python3';
  const running = promisify(execFile)(python, [script, kernel], {
    cwd: folder,
    env: environmentIn(folder),
    maxBuffer: 64 * 2 ** 20,
  });
  running.child.stdin!.end(JSON.stringify(cells));
  const { stdout } = await running;
  return (JSON.parse(stdout) as [number, string, string][]).map(([cell, type, text]) => ({ cell, type, text }));
}

/** The code of a notebook of this repository, cell by cell. */
export function cellsOf(name: string): string[] {
  const { cells } = JSON.parse(readFileSync(join(root, 'notebooks', `${name}.ipynb`), 'utf8')) as {
    cells: readonly { cell_type: string; source: readonly string[] }[];
  };
  return cells.filter(({ cell_type: kind }) => kind === 'code').map(({ source }) => textOf(source));
}

const textOf = (text: string | readonly string[] | undefined): string => [text ?? ''].flat().join('');

function denoProgram(): string {
  const [platform] = readdirSync(join(kernels, '@deno'));
  return join(kernels, '@deno', platform!, process.platform === 'win32' ? 'deno.exe' : 'deno');
}
