import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { addedFiles } from '../digest-of-files.ts';
import type { ImageSpec } from '../image-spec.ts';

/** Whether Node cannot load files of this image by itself: TypeScript, by a Node that strips no types, or in node_modules. */
export function needsTsx({ steps }: ImageSpec): boolean {
  const stripsTypes = 'typescript' in process.features && process.features.typescript !== false;
  return steps.some(
    (step) =>
      step.kind === 'add' &&
      !(stripsTypes && !/(^|\/)node_modules\//.test(step.target)) &&
      addedFiles(step.source).some((file) => /(?<!\.d)\.[cm]?tsx?$/.test(file)),
  );
}

/** The module that lets Node load TypeScript, of the tsx of this project; `undefined` when it is not installed. */
export function tsxModule(): string | undefined {
  const require = createRequire(join(process.cwd(), 'package.json'));
  try {
    const manifest = require.resolve('tsx/package.json', { paths: [process.cwd(), import.meta.dirname] });
    const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly exports: Record<string, string> };
    return pathToFileURL(join(dirname(manifest), exports['./esm']!)).href;
  } catch {
    return undefined;
  }
}
