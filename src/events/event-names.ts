import type { EventName } from './types.ts';

/** Everything that a callback can listen to. */
export const EVENT_NAMES: readonly EventName[] = [
  'onPipelineStart',
  'onPipelineEnd',
  'onNodeStart',
  'onNodeEnd',
  'onNodeCached',
  'onNodeRetry',
  'onNodeProgress',
  'onNodeLog',
  'onError',
  'onMapStart',
  'onMapItemStart',
  'onMapItemEnd',
  'onMapEnd',
];

/** What ends, with the same span, what one of these events started. */
export const END_OF: ReadonlyMap<EventName, EventName> = new Map([
  ['onPipelineStart', 'onPipelineEnd'],
  ['onNodeStart', 'onNodeEnd'],
  ['onMapStart', 'onMapEnd'],
  ['onMapItemStart', 'onMapItemEnd'],
]);
