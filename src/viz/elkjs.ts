import { createRequire } from 'node:module';
import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import { MissingPeerError } from '../errors.ts';

export type { ElkExtendedEdge, ElkNode };

type Elk = { layout(graph: ElkNode): Promise<ElkNode> };

let loading: Promise<Elk> | undefined;

/** The Eclipse Layout Kernel. @throws MissingPeerError when elkjs is not installed. */
export function elk(): Promise<Elk> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Elk> {
  try {
    return new (await loadClass())();
  } catch (cause) {
    loading = undefined;
    const todo = 'Deno' in globalThis ? "Import 'npm:elkjs', or install it:" : 'Install it:';
    throw new MissingPeerError(
      'MISSING_PEER',
      `Pictures are laid out by elkjs, which is not installed; toMermaid and toDot work without it. ${todo}`,
      { hint: 'npm install elkjs', cause },
    );
  }
}

async function loadClass(): Promise<new () => Elk> {
  try {
    // Half the time of `import()`, which searches all of its 1.6 MB for what a CommonJS module exports.
    return createRequire(import.meta.url)('elkjs/lib/elk.bundled.js') as new () => Elk;
  } catch {
    // A bundler or a loader of its own knows where it is.
    const { default: ELK } = await import('elkjs/lib/elk.bundled.js');
    return ELK as unknown as new () => Elk;
  }
}
