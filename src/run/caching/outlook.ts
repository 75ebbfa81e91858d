import type { ChangedPart } from './changed-parts.ts';
import type { ForecastNode } from './forecast.ts';

/** What a run would do with one node, or with one node of one item. */
export interface PlannedNode {
  /** `all > per_doc[3] > wordCount`. */
  readonly path: string;
  /** `unknown`: whether it runs depends on what an upstream node returns. */
  readonly state: 'hit' | 'run' | 'unknown';
  readonly because?: string | undefined;
  /** Milliseconds it took last time; 0 for a hit. */
  readonly expectedMs?: number | undefined;
}

/** Answer of `pipeline.plan`. */
export interface RunPlan {
  readonly nodes: readonly PlannedNode[];
}

/** Whether the cache knows one node's result, and if not, why. */
export interface ExplainedNode {
  readonly path: string;
  /** `uncached`: caching is off for it, or it cannot be identified. */
  readonly state: 'hit' | 'miss' | 'uncached';
  readonly because?: string | undefined;
  /** Cache key; absent while an input is not known. */
  readonly signature?: string | undefined;
  /** What is not as it was when the node last ran. */
  readonly changed?: readonly ChangedPart[] | undefined;
}

/** Answer of `pipeline.explain`. */
export interface Explanation {
  readonly nodes: readonly ExplainedNode[];
}

const runs = { hit: 'hit', miss: 'run', uncached: 'run', unknown: 'unknown' } as const;
const knows = { hit: 'hit', miss: 'miss', uncached: 'uncached', unknown: 'miss' } as const;

export function plannedNode({ path, state, because, expectedMs }: ForecastNode): PlannedNode {
  return withoutGaps({ path, state: runs[state], because, expectedMs });
}

export function explainedNode({ path, state, because, signature, changed }: ForecastNode): ExplainedNode {
  return withoutGaps({ path, state: knows[state], because, signature, changed });
}

/** Leaves out what is undefined, so that the answer prints and compares well. */
function withoutGaps<T extends object>(node: T): T {
  return Object.fromEntries(Object.entries(node).filter(([, value]) => value !== undefined)) as T;
}
