import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type ArgumentsConstructor, argumentsOf } from './arguments.ts';
import type { Definition, InputBinding } from './definition.ts';
import type { PipelineGraph } from './pipeline-graph.ts';

/** An input of the whole plan, and the slot that its value goes to. */
export interface External {
  readonly name: string;
  readonly slot: number;
  readonly required: boolean;
}

/** An external value that a node wants checked before anything runs, and the slot for what the schema made of it. */
export interface Validation {
  readonly schema: StandardSchemaV1;
  readonly name: string;
  readonly node: string;
  readonly from: number;
  readonly slot: number;
  readonly required: boolean;
}

/** One unit to execute. */
export interface Step {
  /** Position in `plan.steps`. */
  readonly index: number;
  readonly definition: Definition;
  /** Name in paths and events. */
  readonly label: string;
  /** Slot of each input, in the order of the definition's inputs. */
  readonly inputSlots: readonly number[];
  /** Slot of the first output; the others follow. */
  readonly outputSlot: number;
  readonly Arguments: ArgumentsConstructor;
  /** Makes an object with the outputs by name. */
  readonly Outputs: ArgumentsConstructor;
  /** Schemas for inputs that other nodes produce, by position; those of external inputs are in `plan.validations`. */
  readonly schemas: readonly (StandardSchemaV1 | undefined)[] | undefined;
  /** True when calling the function is all there is to do: one output, no context, schema, retry, limit or batch form. */
  readonly plain: boolean;
  /** Whether the plan returns one of its outputs. */
  readonly returned: boolean;
}

/** A pipeline compiled for one set of outputs: names are slots, order and dependencies are arrays of integers. */
export interface Plan {
  readonly pipeline: PipelineGraph;
  readonly externals: readonly External[];
  readonly validations: readonly Validation[];
  readonly steps: readonly Step[];
  readonly slotCount: number;
  readonly outputs: readonly string[];
  readonly outputSlots: readonly number[];
  readonly Outputs: ArgumentsConstructor;
  /** True when every step is plain and no input has a schema. */
  readonly plain: boolean;
  /** Number of distinct steps that each step waits for. */
  readonly dependencyCounts: readonly number[];
  /** `consumers[consumerStart[i] … consumerStart[i + 1]]` are the steps that wait for step `i`. */
  readonly consumers: Int32Array;
  readonly consumerStart: Int32Array;
}

/** Indices of the units that these outputs need, found backwards from them. */
function needed({ wiring }: PipelineGraph, outputs: readonly string[], given: ReadonlySet<string>): Uint8Array {
  const marked = new Uint8Array(wiring.definitions.length);
  const stack: number[] = [];
  const mark = (name: string): void => {
    const producer = given.has(name) ? undefined : wiring.producers.get(name);
    if (producer === undefined || marked[producer] === 1) return;
    marked[producer] = 1;
    stack.push(producer);
  };
  for (const output of outputs) mark(output);
  for (let unit = stack.pop(); unit !== undefined; unit = stack.pop()) {
    for (const input of wiring.definitions[unit]!.inputs) mark(input.name);
  }
  return marked;
}

/** What these outputs need from outside: one binding per consumer. */
export function externalsFor(pipeline: PipelineGraph, outputs: readonly string[]): readonly InputBinding[] {
  const { wiring } = pipeline;
  if (outputs === wiring.outputs) return wiring.externals;
  const marked = needed(pipeline, outputs, new Set());
  return wiring.definitions.flatMap(({ inputs }, unit) =>
    marked[unit] === 1 ? inputs.filter((input) => !wiring.producers.has(input.name)) : [],
  );
}

/** Compiles a pipeline for these outputs, with the `overridden` names given from outside. */
export function compilePlan(pipeline: PipelineGraph, outputs: readonly string[], overridden: readonly string[]): Plan {
  const { wiring } = pipeline;
  const given = new Set(overridden);
  const marked = needed(pipeline, outputs, given);
  const order = wiring.order.filter((unit) => marked[unit] === 1);
  const definitions = order.map((unit) => wiring.definitions[unit]!);

  const required = new Map<string, boolean>();
  const isExternal = (name: string): boolean => given.has(name) || !wiring.producers.has(name);
  for (const output of outputs) if (isExternal(output)) required.set(output, true);
  for (const { inputs } of definitions) {
    for (const input of inputs) {
      if (!isExternal(input.name)) continue;
      const needsValue = given.has(input.name) || (input.required && !(input.name in pipeline.bound));
      required.set(input.name, needsValue || required.get(input.name) === true);
    }
  }
  const slots = new Map<string, number>();
  const externals = Array.from(required, ([name, isRequired]) => {
    const slot = slots.size;
    slots.set(name, slot);
    return { name, slot, required: isRequired };
  });

  let slotCount = slots.size;
  const firstSlots = definitions.map((definition) => {
    const first = slotCount;
    definition.outputs.forEach((output, offset) => {
      if (!given.has(output.name)) slots.set(output.name, first + offset);
    });
    slotCount += definition.outputs.length;
    return first;
  });

  const validations: Validation[] = [];
  const returned = new Set(outputs);
  const steps = definitions.map((definition, index): Step => {
    const schemas = definition.kind === 'node' ? definition.schemas : undefined;
    const inputSlots = definition.inputs.map((input) => {
      const from = slots.get(input.name)!;
      const schema = schemas?.[input.inner];
      if (schema === undefined || !isExternal(input.name)) return from;
      const slot = slotCount++;
      validations.push({ schema, name: input.name, node: definition.name, from, slot, required: input.required });
      return slot;
    });
    const edgeSchemas =
      schemas && definition.inputs.map((input) => (isExternal(input.name) ? undefined : schemas[input.inner]));
    return {
      index,
      definition,
      label: labelOf(definition),
      inputSlots,
      outputSlot: firstSlots[index]!,
      Arguments: argumentsOf(definition.inputs.map((input) => input.inner)),
      Outputs: argumentsOf(definition.outputs.map((output) => output.name)),
      schemas: edgeSchemas?.some((schema) => schema !== undefined) ? edgeSchemas : undefined,
      plain: isPlain(definition),
      returned: definition.outputs.some((output) => returned.has(output.name)),
    };
  });

  return {
    pipeline,
    externals,
    validations,
    steps,
    slotCount,
    outputs,
    outputSlots: outputs.map((name) => slots.get(name)!),
    Outputs: argumentsOf(outputs),
    plain: validations.length === 0 && steps.every((step) => step.plain),
    ...connect(definitions, firstSlots, slots, isExternal),
  };
}

/** What a unit is called in paths and events. */
export function labelOf(definition: Definition): string {
  return definition.kind === 'node' ? (definition.options.label ?? definition.name) : definition.name;
}

function isPlain(definition: Definition): boolean {
  if (definition.kind !== 'node') return false;
  const { keyed, usesContext, schemas, output, batch, options } = definition;
  return (
    !keyed &&
    !usesContext &&
    schemas === undefined &&
    output === undefined &&
    batch === undefined &&
    options.retries === undefined &&
    options.timeout === undefined
  );
}

/** Who waits for whom, as two flat arrays (compressed sparse rows). */
function connect(
  definitions: readonly Definition[],
  firstSlots: readonly number[],
  slots: ReadonlyMap<string, number>,
  isExternal: (name: string) => boolean,
): Pick<Plan, 'dependencyCounts' | 'consumers' | 'consumerStart'> {
  const producerOfSlot = new Map<number, number>();
  definitions.forEach(({ outputs }, index) => {
    outputs.forEach((_, offset) => {
      producerOfSlot.set(firstSlots[index]! + offset, index);
    });
  });
  const dependencies = definitions.map(({ inputs }) => {
    const producers = new Set<number>();
    for (const { name } of inputs) if (!isExternal(name)) producers.add(producerOfSlot.get(slots.get(name)!)!);
    return producers;
  });
  const consumerStart = new Int32Array(definitions.length + 1);
  for (const producers of dependencies) for (const producer of producers) consumerStart[producer + 1]!++;
  for (let i = 0; i < definitions.length; i++) consumerStart[i + 1]! += consumerStart[i]!;
  const consumers = new Int32Array(consumerStart[definitions.length]!);
  const next = consumerStart.slice();
  dependencies.forEach((producers, consumer) => {
    for (const producer of producers) consumers[next[producer]!++] = consumer;
  });
  return { dependencyCounts: dependencies.map((producers) => producers.size), consumers, consumerStart };
}
