import type { StandardSchemaV1 } from '@standard-schema/spec';
import { GraphError } from '../errors.ts';
import { checkOptions } from './check-options.ts';
import {
  definition,
  type InputBinding,
  type NodeDefinition,
  type NodeFunction,
  type OutputBinding,
} from './definition.ts';
import { detachedContext } from './detached-context.ts';
import { suggestion } from './near-miss.ts';
import type { NodeOptions } from './node-options.ts';
import { readInputs } from './read-inputs.ts';
import { type Reduction, reduce } from './travel.ts';
import type { Node, NodeBuilder, Schemas } from './types/node.ts';
import type { NodeContext } from './types/node-context.ts';
import type { AnyUnit, InputDescription } from './types/unit.ts';

type LooseOptions = NodeOptions & { readonly batch?: NodeFunction | undefined };
interface Essence {
  readonly name: string | readonly string[];
  readonly inputs?: readonly string[] | undefined;
  readonly schemas?: Schemas | undefined;
  readonly output?: StandardSchemaV1 | undefined;
  readonly run: NodeFunction;
}
type LooseSpec = Essence & LooseOptions;

type Renaming = { readonly inputs?: Record<string, string>; readonly outputs?: Record<string, string> };

/** What every node shares: its face is read from the definition, so that a node costs one function and two fields. */
const nodePrototype = Object.create(Function.prototype, {
  kind: { value: 'node' },
  inputs: {
    get(this: { [definition]: NodeDefinition }): InputDescription[] {
      return describeInputs(this[definition].inputs);
    },
  },
  outputs: {
    get(this: { [definition]: NodeDefinition }): string[] {
      return this[definition].outputs.map((output) => output.name);
    },
  },
  options: {
    get(this: { [definition]: NodeDefinition }): NodeOptions {
      return this[definition].options;
    },
  },
  with: {
    value(this: { [definition]: NodeDefinition }, changes: LooseOptions): AnyUnit {
      const old = this[definition];
      return createNode({ ...old, ...splitOptions(old.name, { ...old.options, batch: old.batch, ...changes }) });
    },
  },
  rename: {
    value(this: { [definition]: NodeDefinition }, names: Renaming): AnyUnit {
      return createNode(renamed(this[definition], names));
    },
  },
  [reduce]: {
    value(this: { [definition]: NodeDefinition }): Reduction {
      return { module: 'hypernodes', export: 'node.revive', args: [this[definition]] };
    },
  },
  [Symbol.toStringTag]: { value: 'Node' },
});

/** Inputs as a unit shows them: each name once. */
export function describeInputs(bindings: readonly InputBinding[]): InputDescription[] {
  const byName = new Map<string, boolean>();
  for (const { name, required } of bindings) byName.set(name, required || byName.get(name) === true);
  return Array.from(byName, ([name, required]) => ({ name, required }));
}

function createNode(made: NodeDefinition): AnyUnit {
  const isRenamed = made.inputs.some((input) => input.name !== input.inner);
  const call = (inputs: Record<string, unknown> = {}, context?: NodeContext): unknown =>
    made.run(
      isRenamed ? Object.fromEntries(made.inputs.map(({ name, inner }) => [inner, inputs[name]])) : inputs,
      context ?? detachedContext(made.name),
    );
  Object.setPrototypeOf(call, nodePrototype);
  Object.defineProperty(call, 'name', { value: made.name });
  Object.defineProperty(call, definition, { value: made });
  return call as unknown as AnyUnit;
}

const noOptions: Pick<NodeDefinition, 'options' | 'batch'> = { options: Object.freeze({}), batch: undefined };

function splitOptions(name: string, given: LooseOptions | undefined): Pick<NodeDefinition, 'options' | 'batch'> {
  if (given === undefined) return noOptions;
  const { batch, ...options } = given;
  checkOptions(name, batch === undefined ? options : { ...options, batch });
  return { options: Object.freeze({ ...options }), batch };
}

function renamed(old: NodeDefinition, names: Renaming): NodeDefinition {
  const rename = <Binding extends InputBinding | OutputBinding>(
    bindings: readonly Binding[],
    map: Record<string, string> = {},
    what: string,
  ): Binding[] => {
    for (const name of Object.keys(map)) {
      if (bindings.some((binding) => binding.name === name)) continue;
      throw new GraphError('GRAPH_UNKNOWN_NAME', `node '${old.name}' has no ${what} '${name}' to rename.`, {
        path: old.name,
        hint: suggestion(
          name,
          bindings.map((binding) => binding.name),
        ),
      });
    }
    return bindings.map((binding) =>
      Object.hasOwn(map, binding.name) ? { ...binding, name: map[binding.name]! } : binding,
    );
  };
  const outputs = rename(old.outputs, names.outputs, 'output');
  const { name } = outputBindings(outputs.map((output) => output.name));
  return { ...old, name, outputs, inputs: rename(old.inputs, names.inputs, 'input') };
}

const isName = (value: unknown): value is string => typeof value === 'string' && value.length > 0;

function outputBindings(name: unknown): { name: string; keyed: boolean; outputs: OutputBinding[] } {
  const keyed = Array.isArray(name);
  const names: unknown[] = keyed ? name : [name];
  if (names.length === 0 || !names.every(isName)) {
    throw new GraphError('GRAPH_INVALID_NODE', `node: the output name is ${JSON.stringify(name) ?? String(name)}.`, {
      hint: `Give a non-empty string or a list of them: node('cleaned', fn).`,
    });
  }
  const twice = names.find((candidate, index) => names.indexOf(candidate) !== index);
  if (twice !== undefined) {
    throw new GraphError('GRAPH_DUPLICATE_OUTPUT', `node '${names.join(', ')}': it names the output '${twice}' twice.`);
  }
  return { name: names.join(', '), keyed, outputs: names.map((output) => ({ name: output, inner: output })) };
}

function checkFunction(name: string, run: unknown): asserts run is NodeFunction {
  if (typeof run === 'function') return;
  const found = run === null ? 'null' : typeof run;
  throw new GraphError('GRAPH_INVALID_NODE', `node '${name}': expected a function, found ${found}.`, {
    path: name,
    hint: `Write node('${name}', ({ input }) => …).`,
  });
}

/** Whether a missing value may pass the schema; one that only answers later is asked when the pipeline runs. */
function acceptsNothing(schema: StandardSchemaV1): boolean {
  try {
    const result = schema['~standard'].validate(undefined);
    if (!(result instanceof Promise)) return result.issues === undefined;
    result.catch(() => {});
    return true;
  } catch {
    // A check of the user's that expects a value.
    return false;
  }
}

function schemaInputs(name: string, schemas: Schemas): InputBinding[] {
  return Object.entries(schemas).map(([input, schema]) => {
    if (typeof schema?.['~standard']?.validate !== 'function') {
      throw new GraphError('GRAPH_INVALID_NODE', `node '${name}': schemas.${input} is not a Standard Schema.`, {
        path: name,
        hint: 'Use a schema of zod, valibot, arktype or another library with a `~standard` property.',
      });
    }
    return { name: input, inner: input, required: !acceptsNothing(schema) };
  });
}

function explicitInputs(name: string, inputs: unknown): InputBinding[] {
  if (!Array.isArray(inputs) || !inputs.every(isName)) {
    throw new GraphError('GRAPH_INVALID_NODE', `node '${name}': 'inputs' is not a list of names.`, {
      path: name,
      hint: `Write inputs: ['text'], or use 'schemas' for one Standard Schema per input.`,
    });
  }
  return [...new Set(inputs)].map((input) => ({ name: input, inner: input, required: true }));
}

/** With explicit names, a default that the function's pattern does show still makes its input optional. */
function withReadDefaults(bindings: InputBinding[], run: NodeFunction): InputBinding[] {
  const read = readInputs(run);
  if ('refused' in read) return bindings;
  const byName = new Map(read.inputs.map((input) => [input.name, input]));
  return bindings.map((binding) => byName.get(binding.name) ?? binding);
}

function define(spec: Essence, given: LooseOptions | undefined): AnyUnit {
  const { inputs: names, schemas, output, run } = spec;
  const { name, keyed, outputs } = outputBindings(spec.name);
  checkFunction(name, run);
  const read = readInputs(run);
  let inputs: readonly InputBinding[];
  if (schemas !== undefined) inputs = schemaInputs(name, schemas);
  else if (names !== undefined) inputs = withReadDefaults(explicitInputs(name, names), run);
  else if ('refused' in read) throw unreadable(name, read.refused);
  else inputs = read.inputs;
  const usesContext = 'refused' in read ? true : read.usesContext;
  const { options, batch } = splitOptions(name, given);
  return createNode({ kind: 'node', name, keyed, outputs, inputs, run, usesContext, schemas, output, options, batch });
}

function unreadable(name: string, reason: string): GraphError {
  return new GraphError('GRAPH_UNREADABLE_INPUTS', `node '${name}': cannot read its input names (${reason}).`, {
    path: name,
    hint: `Write node({ name: '${name}', inputs: ['…'], run: fn }), or destructure the parameter: ({ text }) => ….`,
  });
}

/**
 * Makes a node: a function named by the value it produces, wired to others by the names of its inputs.
 *
 * @throws GraphError `GRAPH_UNREADABLE_INPUTS`, `GRAPH_INVALID_NODE` or `GRAPH_DUPLICATE_OUTPUT`.
 */
export const node = Object.assign(
  (first: string | readonly string[] | LooseSpec, run?: NodeFunction, options?: LooseOptions) => {
    if (typeof first === 'object' && first !== null && !Array.isArray(first)) {
      const { name, inputs, schemas, output, run, ...others } = first as LooseSpec;
      return define({ name, inputs, schemas, output, run }, others);
    }
    return define({ name: first as string, run: run as NodeFunction }, options);
  },
  // By which a node that travelled is made again.
  { revive: createNode },
) as unknown as NodeBuilder;

/** Any node, for code that does not care about its types. */
export type AnyNode = AnyUnit & Pick<Node<string, object, unknown>, 'options'>;
