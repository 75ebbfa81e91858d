import type { Definition, MapMode, NodeDefinition } from './definition.ts';
import type { PipelineGraph } from './pipeline-graph.ts';
import { labelOf } from './plan.ts';
import { schemaType } from './schema-type.ts';
import type { InputDescription } from './types/unit.ts';

interface Types {
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** One node of a described pipeline. */
export interface NodeDescription {
  readonly kind: 'node' | 'pipeline';
  /** Name in paths and events. */
  readonly name: string;
  readonly inputs: readonly InputDescription[];
  readonly outputs: readonly string[];
  /** Names of the inputs that are mapped over; empty when the node runs once. */
  readonly mapOver: readonly string[];
  readonly mapMode?: MapMode;
  /** By input or output, what its schema says, as TypeScript would write it; only what is known. */
  readonly types?: Types;
  /** The nested pipeline, under its own inner names. */
  readonly pipeline?: PipelineDescription;
  /** Outer → inner names of a nested pipeline's inputs, and inner → outer of its outputs, where they differ. */
  readonly renamed?: {
    readonly inputs: Readonly<Record<string, string>>;
    readonly outputs: Readonly<Record<string, string>>;
  };
}

/** One value that travels from a node, or from outside, to a node. */
export interface EdgeDescription {
  /** Name of the producing node, or `undefined` for an input of the pipeline. */
  readonly from: string | undefined;
  readonly to: string;
  readonly value: string;
}

/** A pipeline as data. */
export interface PipelineDescription {
  readonly name: string;
  readonly inputs: readonly InputDescription[];
  readonly outputs: readonly string[];
  readonly bound: readonly string[];
  /** In execution order. */
  readonly nodes: readonly NodeDescription[];
  readonly edges: readonly EdgeDescription[];
  readonly totalNodes: number;
  readonly nodeNames: readonly string[];
}

/** The graph of a pipeline as plain data, nested pipelines included. */
export function describe(pipeline: PipelineGraph): PipelineDescription {
  const { wiring } = pipeline;
  const ordered = wiring.order.map((unit) => wiring.definitions[unit]!);
  const nodes = ordered.map(describeNode);
  return {
    name: pipeline.name,
    inputs: pipeline.inputs,
    outputs: pipeline.outputs,
    bound: Object.keys(pipeline.bound),
    nodes,
    edges: ordered.flatMap((definition) =>
      definition.inputs.map((input) => {
        const producer = wiring.producers.get(input.name);
        return {
          from: producer === undefined ? undefined : labelOf(wiring.definitions[producer]!),
          to: labelOf(definition),
          value: input.name,
        };
      }),
    ),
    totalNodes: nodes.length,
    nodeNames: nodes.map((node) => node.name),
  };
}

function describeNode(definition: Definition): NodeDescription {
  const { kind, inputs, outputs } = definition;
  const base = {
    kind,
    name: labelOf(definition),
    inputs: inputs.map(({ name, required }) => ({ name, required })),
    outputs: outputs.map((output) => output.name),
  };
  if (definition.kind === 'node') {
    const types = typesOf(definition);
    return { ...base, mapOver: [], ...(types === undefined ? {} : { types }) };
  }
  const differing = <T extends { name: string; inner: string }>(bindings: readonly T[]): readonly T[] =>
    bindings.filter((binding) => binding.name !== binding.inner);
  return {
    ...base,
    mapOver: definition.mapOver,
    mapMode: definition.mapMode,
    pipeline: describe(definition.pipeline),
    renamed: {
      inputs: Object.fromEntries(differing(inputs).map(({ name, inner }) => [name, inner])),
      outputs: Object.fromEntries(differing(outputs).map(({ name, inner }) => [inner, name])),
    },
  };
}

function typesOf({ inputs, outputs, schemas, output, keyed }: NodeDefinition): Types | undefined {
  const known = (pairs: readonly (readonly [string, string | undefined])[]): Record<string, string> =>
    Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== undefined));
  const types = {
    inputs: known(
      inputs.map(({ name, inner }) => {
        const schema = schemas?.[inner];
        return [name, schema && schemaType(schema, 'input')];
      }),
    ),
    outputs: known(
      outputs.map(({ name, inner }) => [name, output && schemaType(output, 'output', keyed ? inner : undefined)]),
    ),
  };
  return Object.keys({ ...types.inputs, ...types.outputs }).length === 0 ? undefined : types;
}
