import { createRequire } from 'node:module';
import type { ELKConstructorArguments, ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import { MissingPeerError } from '../errors.ts';
import { loadWithKeptCode } from './kept-code.ts';

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
    return loadParts();
  } catch {
    return loadBundle();
  }
}

/** Only the algorithm that is used, and in less than half the time of the whole. */
function loadParts(): Elk {
  const part = createRequire(import.meta.url);
  const { default: ELK } = part('elkjs/lib/elk-api.js') as { default: new (parts: ELKConstructorArguments) => Elk };
  const worker = 'elkjs/lib/elk-worker.min.js';
  // Deno keeps compiled code by itself.
  const { exports, keep } =
    'Deno' in globalThis ? { exports: part(worker), keep: undefined } : loadWithKeptCode(part.resolve(worker));
  const { Worker: Engine } = exports as { readonly Worker: new () => Worker };
  const elk = new ELK({ algorithms: ['layered'], workerFactory: () => new Engine() });
  return keep === undefined ? elk : keepingAfterFirst(elk, keep);
}

function keepingAfterFirst(elk: Elk, keep: () => Promise<void>): Elk {
  let isFirst = true;
  return {
    async layout(graph) {
      const placed = await elk.layout(graph);
      // Whoever waits for the picture comes first.
      if (isFirst) setImmediate(keep);
      isFirst = false;
      return placed;
    },
  };
}

/** As a bundler or a loader of its own finds it. */
async function loadBundle(): Promise<Elk> {
  try {
    const { default: ELK } = await import('elkjs/lib/elk.bundled.js');
    return new (ELK as unknown as new () => Elk)();
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
