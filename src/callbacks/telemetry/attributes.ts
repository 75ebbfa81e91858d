import type { RunEvent } from '../../events/index.ts';

/** Names of the attributes that OpenTelemetry has no convention for. */
export const ATTRIBUTE = {
  run: 'hypernodes.run.id',
  path: 'hypernodes.path',
  pipeline: 'hypernodes.pipeline.name',
  place: 'hypernodes.place',
  node: 'hypernodes.node.name',
  signature: 'hypernodes.node.signature',
  attempt: 'hypernodes.node.attempt',
  resultSize: 'hypernodes.node.result.size',
  retryDelay: 'hypernodes.node.retry.delay',
  saved: 'hypernodes.cache.saved',
  itemIndex: 'hypernodes.map.item.index',
  itemCached: 'hypernodes.map.item.cached',
  items: 'hypernodes.map.items',
  itemsCached: 'hypernodes.map.items.cached',
  itemsFailed: 'hypernodes.map.items.failed',
  itemsTraced: 'hypernodes.map.items.traced',
  concurrency: 'hypernodes.map.concurrency',
} as const;

/** Attributes that every span has. */
export const attributesOf = ({ runId, path, pipeline }: RunEvent): Record<string, string | number | boolean> => ({
  [ATTRIBUTE.run]: runId,
  [ATTRIBUTE.path]: path,
  [ATTRIBUTE.pipeline]: pipeline,
});

/** Value of the conventional attribute `error.type`: the error's class, or the code of one of ours. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : error.name;
}
