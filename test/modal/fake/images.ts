import { createHash } from 'node:crypto';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Program } from './program.ts';
import { World } from './world.ts';

/** A built or failed image. */
export interface FakeImage {
  readonly id: string;
  /** Folder on this machine with the files that the image adds. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
  /** What the build printed, also when it failed. */
  readonly log: string;
  readonly failed: boolean;
}

/** How an image is asked for. */
export interface ImageRequest {
  readonly commands: readonly string[];
  readonly base: FakeImage | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** Commands that would fetch from the network; they are written to the log and taken as done. */
const fetches = /\b(apt-get|apk|npm (ci|i|install)|pip install|corepack)\b/;
/** Registry images that exist. */
const known = /^(node|python|ubuntu|debian|nvidia\/cuda):/;

/** Builds images from Dockerfile lines, by really running them in a world of their own; each once, by content. */
export class Images {
  #directory: string;
  #images = new Map<string, Promise<FakeImage>>();
  #byId = new Map<string, FakeImage>();
  #names = new Map<string, FakeImage>();
  #snapshots = 0;
  /** Milliseconds that each build takes longer. */
  delayMs = 0;
  /** Builds that really took place. */
  builds = 0;
  /** Names of the packages or programs that builds asked the network for, as commands. */
  readonly fetched: string[] = [];

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The id of an image and, when it was built before, the image. */
  request(request: ImageRequest): { readonly id: string; readonly image: Promise<FakeImage> } {
    const content = JSON.stringify([request.commands, request.base?.id, request.env]);
    const id = `im-${createHash('sha256').update(content).digest('hex').slice(0, 22)}`;
    let image = this.#images.get(id);
    if (!image) {
      this.builds++;
      image = this.#build(id, request);
      this.#images.set(id, image);
      void image.then((built) => {
        this.#byId.set(id, built);
        // A failed build is tried again when it is asked for again.
        if (built.failed) this.#images.delete(id);
      });
    }
    return { id, image };
  }

  /** The image, failed or not, when its build has ended. */
  async whenBuilt(id: string): Promise<FakeImage | undefined> {
    return this.#byId.get(id) ?? this.#images.get(id);
  }

  byId(id: string): FakeImage | undefined {
    return this.#byId.get(id);
  }

  isBuilt(id: string): boolean {
    return this.#byId.get(id)?.failed === false;
  }

  publish(tag: string, image: FakeImage): void {
    this.#names.set(tag, image);
  }

  byName(tag: string): FakeImage | undefined {
    return this.#names.get(tag);
  }

  /** Names under which images were published. */
  get published(): string[] {
    return [...this.#names.keys()];
  }

  /** Makes an image of the files of a container. */
  async snapshot(world: World, of: FakeImage): Promise<FakeImage> {
    const id = `im-snapshot${String(++this.#snapshots).padStart(14, '0')}`;
    const directory = join(this.#directory, id);
    await world.save(directory);
    const image = { id, directory, env: of.env, workdir: of.workdir, log: '', failed: false };
    this.#byId.set(id, image);
    return image;
  }

  async #build(id: string, { commands, base, env }: ImageRequest): Promise<FakeImage> {
    const directory = join(this.#directory, id);
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs).unref());
    await mkdir(directory, { recursive: true });
    if (base) await cp(base.directory, directory, { recursive: true, verbatimSymlinks: true });
    const world = new World(directory);
    const variables: Record<string, string> = { ...base?.env };
    let workdir = base?.workdir ?? '/root';
    let log = '';
    let failed = false;
    for (const line of commands) {
      log += `=> ${line}\n`;
      const [, word = '', rest = ''] = /^(\w+)\s+(.*)$/s.exec(line.trim()) ?? [];
      if (word === 'FROM' && rest !== 'base' && !known.test(rest)) {
        log += `manifest unknown: ${rest}\n`;
        failed = true;
      } else if (word === 'ENV') {
        Object.assign(variables, readEnv(rest));
      } else if (word === 'WORKDIR') {
        workdir = rest.trim();
        await mkdir(world.path(workdir), { recursive: true });
      } else if (word === 'RUN' && fetches.test(rest)) {
        this.fetched.push(rest);
      } else if (word === 'RUN') {
        const command = rest.startsWith('[') ? (JSON.parse(rest) as string[]) : ['/bin/sh', '-c', rest];
        const program = new Program(world.spawn(command, { env: { ...variables, ...env }, workdir }));
        const exit = await program.exited;
        log += program.stdout.text() + program.stderr.text();
        failed = exit.code !== 0;
        if (failed) log += `command exited with code ${exit.code}\n`;
      }
      if (failed) break;
    }
    return { id, directory, env: variables, workdir, log, failed };
  }
}

/** `A=1 B="two words"`, where a backslash takes the next character as it is. */
function readEnv(text: string): Record<string, string> {
  const pairs = text.matchAll(/([A-Za-z_]\w*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g);
  return Object.fromEntries(
    [...pairs].map(([, name = '', quoted, plain = '']) => [name, quoted?.replace(/\\(.)/g, '$1') ?? plain]),
  );
}
