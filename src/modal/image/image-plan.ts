import { createHash } from 'node:crypto';
import type { ImageSpec, ImageStep } from '../../remote/index.ts';

/** A file or folder to put into an image. */
export type AddedFiles =
  /** A file or folder of this machine, known by the digest of its content. */
  | { readonly source: string; readonly target: string; readonly digest: string }
  /** A text. */
  | { readonly text: string; readonly target: string };

/** Dockerfile lines, or files: the platform builds images from lines, but takes no files for them. */
export type ImageSegment =
  | { readonly kind: 'commands'; readonly lines: readonly string[] }
  | { readonly kind: 'files'; readonly files: readonly AddedFiles[] };

/** How an image is made on Modal. */
export interface ImagePlan {
  /** Tag in a registry. */
  readonly base: string;
  readonly segments: readonly ImageSegment[];
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
}

const defaultNode = '22';
const defaultWorkdir = '/root';

/** Turns the steps of an image into what Modal can do. Consecutive steps of a kind become one segment. */
export function imagePlan(spec: ImageSpec): ImagePlan {
  let base = `node:${defaultNode}-slim`;
  let workdir = defaultWorkdir;
  const env: Record<string, string> = {};
  const segments: ImageSegment[] = [];

  function run(...lines: string[]): void {
    const last = segments.at(-1);
    if (last?.kind === 'commands')
      segments[segments.length - 1] = { kind: 'commands', lines: [...last.lines, ...lines] };
    else segments.push({ kind: 'commands', lines });
  }

  function add(...files: AddedFiles[]): void {
    const last = segments.at(-1);
    if (last?.kind === 'files') segments[segments.length - 1] = { kind: 'files', files: [...last.files, ...files] };
    else segments.push({ kind: 'files', files });
  }

  function apply(step: ImageStep): void {
    switch (step.kind) {
      case 'from':
        base = step.registry;
        break;
      case 'node':
        base = `node:${step.version}-slim`;
        break;
      case 'npm-install':
        run(`RUN npm install --no-audit --no-fund ${step.packages.map(quote).join(' ')}`);
        break;
      case 'npm-lock':
        add(
          { text: step.manifest, target: `${workdir}/package.json` },
          { text: step.lock, target: `${workdir}/package-lock.json` },
        );
        run('RUN npm ci --omit=dev --no-audit --no-fund');
        break;
      case 'apt-install':
        run(
          `RUN apt-get update && apt-get install -y --no-install-recommends ${step.packages.map(quote).join(' ')} && rm -rf /var/lib/apt/lists/*`,
        );
        break;
      case 'run':
        run(...step.commands.map(runLine));
        break;
      case 'env':
        Object.assign(env, step.variables);
        // Values of several lines cannot stand in a Dockerfile: containers get them, commands of later steps don't.
        run(
          ...Object.entries(step.variables)
            .filter(([, value]) => !value.includes('\n'))
            .map(([name, value]) => `ENV ${name}=${dockerString(value)}`),
        );
        break;
      case 'workdir':
        workdir = step.path;
        run(`WORKDIR ${step.path}`);
        break;
      case 'add':
        add({ source: step.source, target: inside(workdir, step.target), digest: step.digest });
        break;
    }
  }

  run(`WORKDIR ${workdir}`);
  for (const step of spec.steps) apply(step);
  return { base, segments, env, workdir };
}

/** What an image is known by after its first segments. */
export function segmentDigest(before: string, segment: ImageSegment): string {
  const content =
    segment.kind === 'commands'
      ? segment.lines
      : segment.files.map((file) => ('text' in file ? [file.target, file.text] : [file.target, file.digest]));
  return createHash('sha256')
    .update(JSON.stringify([before, segment.kind, content]))
    .digest('hex');
}

function inside(workdir: string, target: string): string {
  return target.startsWith('/') ? target : `${workdir}/${target.replace(/^\.\//, '')}`;
}

/** Commands of several lines cannot stand in a Dockerfile as they are. */
function runLine(command: string): string {
  return command.includes('\n') ? `RUN ${JSON.stringify(['/bin/sh', '-c', command])}` : `RUN ${command}`;
}

/** For the shell of a `RUN` line. */
function quote(word: string): string {
  return /^[\w@%+=:,./^~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** For an `ENV` line, in which `$` would be replaced. */
function dockerString(value: string): string {
  return `"${value.replace(/[\\"$]/g, '\\$&')}"`;
}
