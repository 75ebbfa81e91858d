import { createHash, randomUUID } from 'node:crypto';
import type { ContainerSpec } from '../../remote/index.ts';
import type { Sdk } from '../modal.ts';
import { buildFailed, modalError } from '../modal-errors.ts';
import { type ModalSettings, wholeSeconds } from '../modal-options.ts';
import { containerSockets } from '../sandbox/container-sockets.ts';
import { isGone } from '../sandbox/end-of.ts';
import { liveSandboxes } from '../sandbox/live-sandboxes.ts';
import { ownTags, sandboxesOfStart, tagNames } from '../tags.ts';
import { archiveOf, unpackProgram } from './archive.ts';
import { type AddedFiles, type ImageSegment, imagePlan, segmentDigest } from './image-plan.ts';
import { packageFolder, runtimeFiles } from './runtime-files.ts';

/** An image on Modal, and what containers of it need to be told. */
export interface BuiltImage {
  readonly image: Sdk.Image;
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
}

/** Where images are built, and who is told of it. */
export interface ImageBuilder {
  readonly modal: Sdk.ModalClient;
  readonly app: Sdk.App;
  readonly settings: ModalSettings;
  /** Is told each part that has to be built. */
  readonly onBuilding: (what: string) => void;
}

/** Seconds that putting files into an image may take. */
const fillTimeout = 600;
/** Seconds for which nothing may happen meanwhile. */
const fillIdleTimeout = 60;
/** What the container has in which files are put into an image: it unpacks them in memory. */
const fillResources = { cpu: 1, memoryMiB: 1024 };

/**
 * Builds an image with hypernodes in it, or finds it, when the same was built before: by this process or any other.
 *
 * @throws RemoteError `REMOTE_BUILD` with the log.
 */
export async function buildImage(builder: ImageBuilder, spec: ContainerSpec): Promise<BuiltImage> {
  const { modal, app, onBuilding } = builder;
  const { base, segments, env, workdir } = imagePlan(spec.image);
  const all = withRuntime(segments);
  const digests = chain(base, all);
  const found = await findBuilt(modal, all, digests);
  let image = found?.image ?? modal.images.fromRegistry(base);
  for (const [index, segment] of all.entries()) {
    if (index < (found?.next ?? 0)) continue;
    onBuilding(describe(segment));
    image =
      segment.kind === 'commands'
        ? await runCommands(modal, app, image.dockerfileCommands([...segment.lines]))
        : await containerSockets.during(() =>
            fill(builder, image, segment.files, { workdir, name: imageName(digests[index] ?? '') }),
          );
  }
  return { image, env, workdir };
}

/** hypernodes goes along with the last files, which change more often than what is installed. */
function withRuntime(segments: readonly ImageSegment[]): readonly ImageSegment[] {
  const last = segments.at(-1);
  if (last?.kind !== 'files') return [...segments, { kind: 'files', files: runtimeFiles() }];
  return [...segments.slice(0, -1), { kind: 'files', files: [...last.files, ...runtimeFiles()] }];
}

function chain(base: string, segments: readonly ImageSegment[]): readonly string[] {
  let digest = createHash('sha256').update(base).digest('hex');
  return segments.map((segment) => {
    digest = segmentDigest(digest, segment);
    return digest;
  });
}

/** Images with files are published under a name, since the platform does not know them by content. */
function imageName(digest: string): string {
  return `hypernodes-${digest.slice(0, 40)}`;
}

async function findBuilt(
  modal: Sdk.ModalClient,
  segments: readonly ImageSegment[],
  digests: readonly string[],
): Promise<{ readonly image: Sdk.Image; readonly next: number } | undefined> {
  for (let index = segments.length - 1; index >= 0; index--) {
    if (segments[index]?.kind !== 'files') continue;
    try {
      return { image: await modal.images.fromName(imageName(digests[index] ?? '')), next: index + 1 };
    } catch (error) {
      if ((error as Error).constructor.name !== 'NotFoundError') throw modalError(error, 'connecting');
    }
  }
  return undefined;
}

async function runCommands(modal: Sdk.ModalClient, app: Sdk.App, image: Sdk.Image): Promise<Sdk.Image> {
  try {
    return await image.build(app);
  } catch (error) {
    const [imageId] = /\bim-\w+/.exec((error as Error).message) ?? [];
    if (!imageId) throw modalError(error, 'building');
    throw buildFailed(await buildLog(modal, imageId), error);
  }
}

/** What a build printed. The SDK keeps it to itself; without it, its error is all there is. */
async function buildLog(modal: Sdk.ModalClient, imageId: string): Promise<string> {
  let log = '';
  try {
    const request = { imageId, timeout: 5, lastEntryId: '', includeLogsForFinished: true };
    for await (const { taskLogs, eof } of modal.cpClient.imageJoinStreaming(request)) {
      log += taskLogs.map(({ data }) => data).join('');
      if (eof) break;
    }
  } catch {
    // The log is an extra; the build's own error is reported in any case.
  }
  return log;
}

/** What an image with files is called, and where packages are looked for in it. */
interface Filled {
  readonly workdir: string;
  readonly name: string;
}

/** Puts files into an image; once more if the container in which that is done is taken away. */
async function fill(
  builder: ImageBuilder,
  image: Sdk.Image,
  files: readonly AddedFiles[],
  filled: Filled,
): Promise<Sdk.Image> {
  try {
    const archive = await archiveOf(files);
    return await fillIn(builder, image, archive, filled).catch((failure: unknown) => {
      if (!isGone(failure)) throw failure;
      return fillIn(builder, image, archive, filled);
    });
  } catch (error) {
    throw modalError(error, 'building');
  }
}

/** By putting them into a container of it and keeping that one's files. */
async function fillIn(
  { modal, app, settings }: ImageBuilder,
  image: Sdk.Image,
  archive: Uint8Array,
  { workdir, name }: Filled,
): Promise<Sdk.Image> {
  const start = randomUUID();
  const end = async (): Promise<void> => {
    for await (const sandbox of sandboxesOfStart(modal, app.appId, start)) await sandbox.terminate();
  };
  liveSandboxes.add(start, { settings, leftover: { appId: app.appId, start }, end });
  let sandbox: Sdk.Sandbox | undefined;
  try {
    sandbox = await modal.sandboxes.create(app, image, {
      ...fillResources,
      timeoutMs: wholeSeconds(fillTimeout),
      idleTimeoutMs: wholeSeconds(fillIdleTimeout),
      tags: { ...ownTags('build'), [tagNames.start]: start },
    });
    const path = '/tmp/hypernodes-files';
    await sandbox.filesystem.writeBytes(archive, path);
    // A hypernodes from the registry gives way to this one, or there would be two of it.
    const links = [`${workdir}/node_modules/hypernodes`, packageFolder];
    const unpack = await sandbox.exec(['node', '-e', unpackProgram, path, ...links], { stdout: 'ignore' });
    const [code, printed] = await Promise.all([unpack.wait(), unpack.stderr.readText()]);
    if (code !== 0) throw buildFailed(printed, new Error(`files could not be unpacked (exit code ${code})`));
    const filled = await sandbox.snapshotFilesystem({ timeoutMs: wholeSeconds(fillTimeout), ttlMs: null });
    await filled.publish(name);
    return filled;
  } finally {
    await (sandbox ? sandbox.terminate() : end()).catch(() => undefined);
    liveSandboxes.delete(start);
  }
}

function describe(segment: ImageSegment): string {
  return segment.kind === 'commands' ? segment.lines.join('\n') : `adding ${segment.files.length} files`;
}
