export { type ArgumentsConstructor, construct, gather } from './arguments.ts';
export {
  type Definition,
  definitionOf,
  type ErrorMode,
  type InputBinding,
  type MapMode,
  type NestedDefinition,
  type NodeDefinition,
  type NodeFunction,
  type OutputBinding,
} from './definition.ts';
export type { EdgeDescription, NodeDescription, PipelineDescription } from './describe.ts';
export { detachedContext } from './detached-context.ts';
export { listed, nearMiss, suggestion } from './near-miss.ts';
export { type AnyNode, node } from './node.ts';
export type { NodeOptions, RetryPolicy } from './node-options.ts';
export { type NestingOptions, PipelineGraph } from './pipeline-graph.ts';
export { PipelineNode } from './pipeline-node.ts';
export { type External, labelOf, type Plan, type Step, type Validation } from './plan.ts';
export { disposeResources, Stateful, type StatefulKey, stateful } from './stateful.ts';
export { type Reduction, reduce } from './travel.ts';
export type { BatchFunction, Node, NodeBuilder, Schemas } from './types/node.ts';
export type { NodeContext, NodeLog } from './types/node-context.ts';
export type {
  ExposedOutputs,
  Listed,
  MappedInputs,
  MappedOutputs,
  OneOrMany,
  RenamedInputs,
} from './types/renaming.ts';
export type { AnyUnit, InputDescription, Unit } from './types/unit.ts';
export type {
  Consumers,
  Dictionary,
  DuplicateOutput,
  Mark,
  Marked,
  Names,
  Offered,
  Producers,
  RequiredNames,
  Requiring,
  Simplify,
  Wired,
  WiredInputs,
  WiredOutputs,
  WiringError,
} from './types/wiring.ts';
