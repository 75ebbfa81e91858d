import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

/** A module that was loaded with the code that V8 made of it in an earlier process, if that was kept. */
export interface LoadedModule {
  readonly exports: unknown;
  /** Keeps the code for later processes, if there is none yet: best after it ran, since V8 compiles what is called. */
  keep(): Promise<void>;
}

/** Before the code: its checksum. V8 itself would run damaged code. */
const HEAD = 4;

/** Loads a CommonJS module that is one big file and requires nothing: compiling it takes longer than running it. */
export function loadWithKeptCode(path: string): LoadedModule {
  const source = readFileSync(path);
  const place = placeFor(path, source);
  const cachedData = place === undefined ? undefined : readCode(place);
  const script = new Script(`(function (module, exports) {${source}\n})`, { filename: path, cachedData });
  const module: { exports: unknown } = { exports: {} };
  (script.runInThisContext() as (...parameters: unknown[]) => void)(module, module.exports);
  return {
    exports: module.exports,
    async keep() {
      const isKept = cachedData !== undefined && script.cachedDataRejected !== true;
      if (place !== undefined && !isKept) await writeCode(place, script.createCachedData());
    },
  };
}

/** In the folder of `node_modules` for such things; code there is trusted as the packages are. */
function placeFor(path: string, source: Buffer): string | undefined {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    if (basename(folder) !== 'node_modules') continue;
    const { v8 } = process.versions;
    return join(
      folder,
      '.cache/hypernodes',
      `${basename(path)}-${crc32(source).toString(16)}-${process.arch}-${v8}.code`,
    );
  }
  return undefined;
}

function readCode(place: string): Buffer | undefined {
  try {
    const bytes = readFileSync(place);
    const code = bytes.subarray(HEAD);
    return crc32(code) === bytes.readUInt32LE(0) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Whole or not at all; where nothing may be written, nothing is kept. */
async function writeCode(place: string, code: Buffer): Promise<void> {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(crc32(code));
  const draft = `${place}.${process.pid}.${performance.now()}`;
  try {
    await mkdir(dirname(place), { recursive: true });
    await writeFile(draft, Buffer.concat([head, code]));
    await rename(draft, place);
  } catch {
    // The next process compiles it again.
  }
}
