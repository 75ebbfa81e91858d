import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { addedFiles } from '../../remote/index.ts';
import type { AddedFiles } from './image-plan.ts';

interface ArchivedFile {
  readonly path: string;
  readonly mode: number;
  readonly content: Uint8Array;
}

/**
 * Program that unpacks an archive: run by the container's own Node, because not every image has `tar`.
 * Its arguments are the archive and then pairs of links to make: `path`, `target`.
 */
export const unpackProgram = `
const fs = require('node:fs'), path = require('node:path');
const [archive, ...links] = process.argv.slice(1);
const bytes = require('node:zlib').gunzipSync(fs.readFileSync(archive));
const end = 4 + bytes.readUInt32BE(0);
let at = end;
for (const [name, mode, size] of JSON.parse(bytes.toString('utf8', 4, end))) {
  fs.mkdirSync(path.dirname(name), { recursive: true });
  fs.writeFileSync(name, bytes.subarray(at, at += size), { mode });
}
for (let i = 0; i < links.length; i += 2) {
  if (!fs.existsSync(links[i])) continue;
  fs.rmSync(links[i], { recursive: true });
  fs.symlinkSync(links[i + 1], links[i]);
}
fs.rmSync(archive);
`;

/** Puts files and folders into one compressed archive. */
export async function archiveOf(files: readonly AddedFiles[]): Promise<Uint8Array> {
  const archived: ArchivedFile[] = [];
  for (const file of files) {
    if ('text' in file) archived.push({ path: file.target, mode: 0o644, content: Buffer.from(file.text) });
    else await collect(file.source, file.target, archived);
  }
  const list = Buffer.from(JSON.stringify(archived.map(({ path, mode, content }) => [path, mode, content.length])));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(list.length);
  return promisify(gzip)(Buffer.concat([length, list, ...archived.map(({ content }) => content)]));
}

async function collect(source: string, target: string, archived: ArchivedFile[]): Promise<void> {
  for (const name of addedFiles(source)) {
    const [file, path] = name === '' ? [source, target] : [join(source, name), `${target}/${name}`];
    archived.push({ path, mode: (await stat(file)).mode & 0o777, content: await readFile(file) });
  }
}
