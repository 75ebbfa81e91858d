import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { digestOfFiles } from './digest-of-files.ts';
import type { ImageSpec, ImageStep } from './image-spec.ts';
import { lockedPackages } from './locked-packages.ts';
import { fromState, getState } from './travel.ts';

/** A step whose files are looked at when the image is needed. */
type PlannedStep =
  | Exclude<ImageStep, { kind: 'add' }>
  | { readonly kind: 'add'; readonly source: string; readonly target: string };

/**
 * What containers start from: a Node version, packages, files, variables. Immutable; each method gives a new image.
 *
 * @example
 * Image.node('22').npmInstall('natural').addLocalSource('./src');
 */
export class Image {
  readonly #steps: readonly PlannedStep[];

  private constructor(steps: readonly PlannedStep[]) {
    this.#steps = steps;
  }

  /** A slim Linux with this version of Node, such as `22` or `22.11.0`; the major version that runs here unless given. */
  static node(version = process.versions.node.split('.')[0]!): Image {
    return new Image([{ kind: 'node', version: checkText('Image.node', 'version', String(version)) }]);
  }

  /** An image of a registry, such as `nvidia/cuda:12.8.0-runtime-ubuntu24.04`; it must have Node 20.19 or later. */
  static fromRegistry(tag: string): Image {
    return new Image([{ kind: 'from', registry: checkText('Image.fromRegistry', 'tag', tag) }]);
  }

  /**
   * Installs packages of npm, or, without arguments, what the lock file of this project says.
   *
   * hypernodes itself need not be named: containers have the version that runs here, and no other.
   *
   * @throws InputError `INPUT_MISSING` when there is no package-lock.json in this folder or above it.
   */
  npmInstall(...packages: readonly string[]): Image {
    if (packages.length === 0) {
      const { manifest, lock, folders } = lockedPackages(projectFolder());
      const installed = this.#with({ kind: 'npm-lock', manifest, lock });
      return folders.reduce((image, folder) => image.addLocalSource(folder), installed);
    }
    const others = packages
      .map((name) => checkText('npmInstall', 'package', name))
      .filter((name) => !/^hypernodes(@.*)?$/.test(name));
    return others.length === 0 ? this : this.#with({ kind: 'npm-install', packages: others });
  }

  /** Installs packages of Debian. */
  aptInstall(...packages: readonly string[]): Image {
    return this.#with({
      kind: 'apt-install',
      packages: packages.map((name) => checkText('aptInstall', 'package', name)),
    });
  }

  /** Runs shell commands while the image is built. */
  runCommands(...commands: readonly string[]): Image {
    return this.#with({
      kind: 'run',
      commands: commands.map((command) => checkText('runCommands', 'command', command)),
    });
  }

  /** Sets environment variables. They are part of the image: give what is secret as a `Secret`. */
  env(variables: Readonly<Record<string, string>>): Image {
    return this.#with({ kind: 'env', variables: { ...variables } });
  }

  /** The working directory; an absolute path. */
  workdir(path: string): Image {
    return this.#with({ kind: 'workdir', path: checkText('workdir', 'path', path) });
  }

  /** Adds a file of this machine; to its name in the working directory unless `target` says otherwise. */
  addLocalFile(source: string, target = basename(source)): Image {
    return this.#add('addLocalFile', source, target);
  }

  /** Adds a folder of this machine, without `node_modules` and hidden files; to its name in the working directory unless `target` says otherwise. */
  addLocalDir(source: string, target = basename(resolve(source))): Image {
    return this.#add('addLocalDir', source, target);
  }

  /**
   * Adds a folder with source files, or a package that is not published: with a package.json it can be imported by its name.
   *
   * What a function closes over travels without this; it is for what a function imports while it runs.
   */
  addLocalSource(source: string): Image {
    const manifest = join(source, 'package.json');
    if (!existsSync(manifest)) return this.#add('addLocalSource', source, basename(resolve(source)));
    const { name = basename(resolve(source)) } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string };
    return this.#add('addLocalSource', source, `node_modules/${name}`);
  }

  /** The image as plain data, with the files that it adds as they are now. */
  toSpec(): ImageSpec {
    const steps = this.#steps.map(
      (step): ImageStep => (step.kind === 'add' ? { ...step, digest: digestOfFiles(step.source) } : step),
    );
    // Where a file comes from makes no difference, only what is in it.
    const content = steps.map((step) => (step.kind === 'add' ? { ...step, source: '' } : step));
    return { digest: createHash('sha256').update(JSON.stringify(content)).digest('hex'), steps };
  }

  [getState](): readonly PlannedStep[] {
    return this.#steps;
  }

  static [fromState](steps: readonly PlannedStep[]): Image {
    return new Image(steps);
  }

  #with(step: PlannedStep): Image {
    return new Image([...this.#steps, step]);
  }

  #add(method: string, source: string, target: string): Image {
    const path = resolve(checkText(method, 'source', source));
    if (existsSync(path)) return this.#with({ kind: 'add', source: path, target });
    throw new InputError('INPUT_MISSING', `Image.${method}: there is no ${source}.`, {
      path,
      hint: 'Paths are relative to the working directory.',
    });
  }
}

function checkText(method: string, name: string, text: unknown): string {
  if (typeof text === 'string' && text.trim() !== '') return text;
  throw new InputError('INPUT_INVALID', `${method}: ${name} is ${JSON.stringify(text)}; expected text.`, {
    path: name,
  });
}

/** The folder with the project's lock file, from the working directory upwards. */
function projectFolder(): string {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package-lock.json')) && existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) break;
  }
  throw new InputError(
    'INPUT_MISSING',
    `Image.npmInstall: there is no package-lock.json in ${process.cwd()} or above it.`,
    {
      path: 'package-lock.json',
      hint: `Run 'npm install' to make one, or name the packages: npmInstall('natural').`,
    },
  );
}
