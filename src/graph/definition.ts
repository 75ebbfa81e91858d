import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { NodeOptions } from './node-options.ts';
import type { PipelineGraph } from './pipeline-graph.ts';
import type { NodeContext } from './types/node-context.ts';

/** A node's function once its types have done their work. */
export type NodeFunction = (inputs: Record<string, unknown>, context: NodeContext) => unknown;

/** One input: what the pipeline calls it, and what the function does. */
export interface InputBinding {
  readonly name: string;
  readonly inner: string;
  readonly required: boolean;
  /** Source text of the default, to notice that two consumers disagree. */
  readonly defaultText?: string | undefined;
}

/** One output: what the pipeline calls it, and what the function or nested pipeline does. */
export interface OutputBinding {
  readonly name: string;
  readonly inner: string;
}

/** What a node is, apart from being callable. */
export interface NodeDefinition {
  readonly kind: 'node';
  readonly name: string;
  readonly inputs: readonly InputBinding[];
  readonly outputs: readonly OutputBinding[];
  /** False when the function's result is the one output itself, true when it is an object with one key per output. */
  readonly keyed: boolean;
  readonly run: NodeFunction;
  readonly batch: NodeFunction | undefined;
  /** Whether the function looks at its second parameter. */
  readonly usesContext: boolean;
  readonly schemas: Readonly<Record<string, StandardSchemaV1>> | undefined;
  readonly output: StandardSchemaV1 | undefined;
  readonly options: NodeOptions;
}

/** What a pipeline used as a node is. */
export interface NestedDefinition {
  readonly kind: 'pipeline';
  readonly name: string;
  readonly pipeline: PipelineGraph;
  readonly inputs: readonly InputBinding[];
  readonly outputs: readonly OutputBinding[];
  /** Outer names of the inputs that take one item at a time; empty when it runs once. */
  readonly mapOver: readonly string[];
  readonly mapMode: MapMode;
  readonly onError: ErrorMode;
  readonly cache: boolean | undefined;
}

export type Definition = NodeDefinition | NestedDefinition;
export type MapMode = 'zip' | 'product';
export type ErrorMode = 'throw' | 'collect';

/** Where every unit keeps its definition; also read by the rooms that identify and pack functions. */
export const definition: unique symbol = Symbol.for('hypernodes.definition') as never;

/** The definition of a unit, or `undefined` for anything else. */
export function definitionOf(value: unknown): Definition | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  return (value as { [definition]?: Definition })[definition];
}
