import type { Cache } from '../../cache/index.ts';
import type { KnownParts } from './changed-parts.ts';
import { type Outline, outlineOf } from './outline.ts';

/** What the last execution of a node was known by. */
export interface LastExecution {
  readonly signature: string;
  /** Digest of its code. */
  readonly code: string;
  readonly parts: KnownParts;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
}

type Inputs = () => Readonly<Record<string, unknown>>;

/** The outlines of those values that have one. */
export function outlinesOf(inputs: Readonly<Record<string, unknown>>): Record<string, Outline> {
  const outlines: Record<string, Outline> = {};
  for (const [name, value] of Object.entries(inputs)) {
    const outline = outlineOf(value);
    if (outline !== undefined) outlines[name] = outline;
  }
  return outlines;
}

/** Remembers, per node and cache, the last execution of a run; written once at its end, however many items it had. */
export class History {
  readonly #last = new Map<Cache, Map<string, { readonly execution: LastExecution; readonly inputs: Inputs }>>();

  /** @param inputs By inner name; they are looked at when the run is over, of the last execution alone. */
  executed(cache: Cache, node: string, execution: LastExecution, inputs: Inputs): void {
    let nodes = this.#last.get(cache);
    if (nodes === undefined) {
      nodes = new Map();
      this.#last.set(cache, nodes);
    }
    nodes.set(node, { execution, inputs });
  }

  /** Writes what happened; a cache that cannot keep it only explains less. `undefined` when nothing did. */
  write(): Promise<void> | undefined {
    return this.#last.size === 0 ? undefined : this.#write();
  }

  async #write(): Promise<void> {
    for (const [cache, nodes] of this.#last) {
      if (cache.record === undefined) continue;
      for (const [node, { execution, inputs }] of nodes) {
        const outlines = outlinesOf(inputs());
        try {
          await cache.record(node, JSON.stringify({ ...execution, parts: { ...execution.parts, outlines } }));
        } catch {
          return;
        }
      }
    }
    this.#last.clear();
  }
}

/** The last recorded execution of a node, or `undefined`, also when the cache fails or gives something else. */
export async function lastExecution(cache: Cache, node: string): Promise<LastExecution | undefined> {
  try {
    const text = await cache.recall?.(node);
    const last = text === undefined ? undefined : (JSON.parse(text) as LastExecution | null);
    return typeof last?.parts?.inputs === 'object' && typeof last.parts.code === 'object' ? last : undefined;
  } catch {
    return undefined;
  }
}
