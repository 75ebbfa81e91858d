export type { Cache } from './cache/index.ts';
export { InProcessEngine } from './engines/index.ts';
export * from './errors.ts';
export type * from './events/index.ts';
export {
  type BatchFunction,
  type EdgeDescription,
  type InputDescription,
  type Node,
  type NodeContext,
  type NodeDescription,
  type NodeLog,
  type NodeOptions,
  node,
  type PipelineDescription,
  type RetryPolicy,
  Stateful,
  type StatefulKey,
  stateful,
  type Unit,
} from './graph/index.ts';
export * from './run/index.ts';
