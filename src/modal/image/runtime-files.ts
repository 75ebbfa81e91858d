import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderOfPackage } from '../../inspect/index.ts';
import { ownFolder } from '../own-folder.ts';
import type { AddedFiles } from './image-plan.ts';

/** Where hypernodes lies in a container: a folder in which Node looks for packages from everywhere. */
const modules = '/node_modules';
/** hypernodes itself in a container. */
export const packageFolder = `${modules}/hypernodes`;

/** Programs of hypernodes that run in containers. */
export const keeperPath = `${packageFolder}/dist/modal-keeper.js`;
export const bridgePath = `${packageFolder}/dist/modal-bridge.js`;
export const jobPath = `${packageFolder}/dist/modal-job.js`;
export const followPath = `${packageFolder}/dist/modal-follow.js`;
export const runnerPath = `${packageFolder}/dist/remote-runner.js`;

/** What a container needs of a package to run it. */
const unneeded = /\.(map|md|d\.[cm]?ts|markdown)$/;

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

let known: readonly AddedFiles[] | undefined;

/** This very version of hypernodes and what it depends on, for containers; nothing is downloaded there. */
export function runtimeFiles(): readonly AddedFiles[] {
  known ??= filesOf(ownFolder(), packageFolder, new Set());
  return known;
}

function filesOf(folder: string, target: string, seen: Set<string>): AddedFiles[] {
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const isOwn = target === packageFolder;
  const files = listFiles(isOwn ? join(folder, 'dist') : folder)
    .concat(isOwn ? [join(folder, 'package.json')] : [])
    .map((source) => fileOf(source, `${target}${source.slice(folder.length)}`));
  for (const name of Object.keys(dependencies)) {
    const found = findPackage(name, folder);
    // A version that only this package uses stays within it.
    const place = !isOwn && found.startsWith(`${folder}/`) ? `${target}/node_modules` : modules;
    const goal = `${place}/${name}`;
    if (seen.has(goal)) continue;
    seen.add(goal);
    files.push(...filesOf(found, goal, seen));
  }
  return files;
}

function fileOf(source: string, target: string): AddedFiles {
  return { source, target, digest: createHash('sha256').update(readFileSync(source)).digest('hex') };
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : listFiles(join(folder, entry.name));
      return unneeded.test(entry.name) ? [] : [join(folder, entry.name)];
    });
}

function findPackage(name: string, from: string): string {
  const found = folderOfPackage(name, from);
  if (found === undefined) throw new Error(`${name}, which hypernodes depends on, is not installed.`);
  return found;
}
