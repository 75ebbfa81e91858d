import { GraphError } from '../errors.ts';
import {
  definition,
  type ErrorMode,
  type InputBinding,
  type MapMode,
  type NestedDefinition,
  type OutputBinding,
} from './definition.ts';
import { describe, type PipelineDescription } from './describe.ts';
import { listed, suggestion } from './near-miss.ts';
import { describeInputs } from './node.ts';
import { compilePlan, externalsFor, type Plan } from './plan.ts';
import type { AnyUnit, InputDescription } from './types/unit.ts';
import { type Wiring, wire } from './wiring.ts';

/** How a pipeline behaves as a node of another one. */
export interface NestingOptions {
  readonly name?: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, string | undefined>>;
  readonly mapOver?: string | readonly string[];
  readonly mapMode?: MapMode;
  readonly onError?: ErrorMode;
  readonly cache?: boolean;
}

/** The graph of a pipeline: its nodes wired by name, immutable, knowing nothing of running. */
export class PipelineGraph {
  readonly kind = 'pipeline';
  readonly name: string;
  readonly nodes: readonly AnyUnit[];
  /** Values that stand in for inputs. */
  readonly bound: Readonly<Record<string, unknown>>;
  /** Names that a run returns; all outputs unless selected. */
  readonly selected: readonly string[] | undefined;
  /** @internal */
  readonly wiring: Wiring;
  readonly #plans = new Map<string, Plan>();
  #nested: NestedDefinition | undefined;

  constructor(given: {
    readonly name?: string | undefined;
    readonly nodes: readonly AnyUnit[];
    readonly bound?: Readonly<Record<string, unknown>> | undefined;
    readonly selected?: readonly string[] | undefined;
    readonly wiring?: Wiring;
  }) {
    this.name = given.name ?? 'pipeline';
    this.wiring = given.wiring ?? wire(this.name, given.nodes);
    this.nodes = this.wiring.units;
    // Without a prototype, so that an input called 'constructor' is not bound by accident.
    this.bound = Object.freeze(Object.assign(Object.create(null), given.bound));
    this.selected = given.selected;
    for (const name of Object.keys(this.bound)) this.#checkBound(name);
    if (given.selected) this.checkOutputs(given.selected);
  }

  /** What has to be given, or can be: bound inputs are no longer required. */
  get inputs(): readonly InputDescription[] {
    return this.#inputsFor(this.outputs);
  }

  #inputsFor(outputs: readonly string[]): InputDescription[] {
    return describeInputs(externalsFor(this, outputs)).map((input) =>
      input.name in this.bound ? { name: input.name, required: false } : input,
    );
  }

  /** Names of everything that a run returns. */
  get outputs(): readonly string[] {
    return this.selected ?? this.wiring.outputs;
  }

  /** The graph as data: nodes, edges, nesting. */
  describe(): PipelineDescription {
    return describe(this);
  }

  /** A bare pipeline among `nodes` means `asNode()`. @internal */
  get [definition](): NestedDefinition {
    this.#nested ??= this.nest({});
    return this.#nested;
  }

  /** The compiled order and slots for these outputs, with `overridden` names given from outside. @internal */
  compile(outputs: readonly string[] = this.outputs, overridden: readonly string[] = []): Plan {
    const key = overridden.length > 0 ? `${outputs.join('\n')}\n\n${overridden.join('\n')}` : outputs.join('\n');
    let plan = this.#plans.get(key);
    if (!plan) {
      this.checkOutputs(outputs);
      for (const name of overridden) this.#checkProduced(name, 'override');
      plan = compilePlan(this, outputs, overridden);
      this.#plans.set(key, plan);
    }
    return plan;
  }

  /** @throws GraphError `GRAPH_UNKNOWN_NAME` for a name that no node produces. */
  protected checkOutputs(names: readonly string[]): void {
    for (const name of names) this.#checkProduced(name, 'outputs');
  }

  #checkProduced(name: string, where: string): void {
    if (this.wiring.producers.has(name)) return;
    const isInput = this.wiring.externals.some((input) => input.name === name);
    throw new GraphError(
      'GRAPH_UNKNOWN_NAME',
      `pipeline '${this.name}': ${where} names '${name}', which ${isInput ? 'is an input, not an output' : 'no node produces'}.`,
      { path: this.name, hint: suggestion(name, this.wiring.outputs) },
    );
  }

  #checkBound(name: string): void {
    if (this.wiring.externals.some((input) => input.name === name)) return;
    const produced = this.wiring.producers.has(name);
    throw new GraphError(
      'GRAPH_UNKNOWN_NAME',
      `pipeline '${this.name}': bind names '${name}', which ${produced ? 'a node produces' : 'is no input of it'}.`,
      {
        path: this.name,
        hint: suggestion(
          name,
          this.inputs.map((input) => input.name),
        ),
      },
    );
  }

  /** This pipeline as a node with these options. @internal */
  nest(options: NestingOptions): NestedDefinition {
    const name = options.name ?? this.name;
    const all = this.#nestedInputs(name, options.inputs ?? {});
    const outputs = this.#nestedOutputs(name, options.outputs);
    const mapOver = options.mapOver === undefined ? [] : [options.mapOver].flat();
    for (const over of mapOver) {
      if (all.some((input) => input.name === over)) continue;
      throw new GraphError(
        'GRAPH_UNKNOWN_NAME',
        `asNode '${name}': mapOver names '${over}', which is no input of it.`,
        {
          path: name,
          hint: suggestion(
            over,
            all.map((input) => input.name),
          ),
        },
      );
    }
    const inputs = this.#neededInputs(all, outputs, mapOver);
    const mapMode = oneOf(name, 'mapMode', options.mapMode, ['zip', 'product']);
    const onError = oneOf(name, 'onError', options.onError, ['throw', 'collect']);
    return Object.freeze({
      kind: 'pipeline',
      name,
      pipeline: this,
      inputs: inputs.map((input) => (mapOver.includes(input.name) ? { ...input, required: true } : input)),
      outputs,
      mapOver,
      mapMode,
      onError,
      cache: options.cache,
    });
  }

  /** Those that the exposed outputs need, and those that are mapped over, which tell the number of items. */
  #neededInputs(all: InputBinding[], outputs: readonly OutputBinding[], mapOver: readonly string[]): InputBinding[] {
    const exposed = outputs.map((output) => output.inner);
    if (exposed.length === this.wiring.outputs.length) return all;
    const required = new Map(this.#inputsFor(exposed).map((input) => [input.name, input.required]));
    return all.flatMap((input) => {
      const needed = required.get(input.inner);
      if (needed !== undefined) return [{ ...input, required: needed }];
      return mapOver.includes(input.name) ? [input] : [];
    });
  }

  #nestedInputs(name: string, map: Readonly<Record<string, string>>): InputBinding[] {
    const inputs = this.#inputsFor(this.wiring.outputs);
    const known = new Set(inputs.map((input) => input.name));
    for (const [outer, inner] of Object.entries(map)) {
      if (known.has(inner)) continue;
      throw new GraphError(
        'GRAPH_UNKNOWN_NAME',
        `asNode '${name}': inputs maps '${outer}' to '${inner}', which is no input of it.`,
        {
          path: name,
          hint: suggestion(inner, [...known]),
        },
      );
    }
    const outersOf = new Map<string, string[]>();
    for (const [outer, inner] of Object.entries(map)) outersOf.set(inner, [...(outersOf.get(inner) ?? []), outer]);
    const defaults = new Map(this.wiring.externals.map((input) => [input.name, input.defaultText]));
    return inputs.map(({ name: inner, required }) => {
      const outers = outersOf.get(inner) ?? [];
      if (outers.length > 1) {
        throw new GraphError(
          'GRAPH_INVALID_NODE',
          `asNode '${name}': inputs maps ${listed(outers)} to the one input '${inner}'.`,
          {
            path: name,
            hint: 'Give each inner input one outer name.',
          },
        );
      }
      const defaultText = inner in this.bound ? undefined : defaults.get(inner);
      return { name: outers[0] ?? inner, inner, required, defaultText };
    });
  }

  #nestedOutputs(name: string, map: NestingOptions['outputs']): OutputBinding[] {
    if (map === undefined) return this.outputs.map((output) => ({ name: output, inner: output }));
    return Object.entries(map).map(([inner, outer]) => {
      if (!this.wiring.producers.has(inner)) {
        throw new GraphError(
          'GRAPH_UNKNOWN_NAME',
          `asNode '${name}': outputs names '${inner}', which no node of it produces.`,
          {
            path: name,
            hint: suggestion(inner, this.wiring.outputs),
          },
        );
      }
      return { name: outer ?? inner, inner };
    });
  }
}

function oneOf<T extends string>(name: string, option: string, given: T | undefined, allowed: readonly [T, ...T[]]): T {
  if (given === undefined) return allowed[0];
  if (allowed.includes(given)) return given;
  throw new GraphError(
    'GRAPH_INVALID_NODE',
    `asNode '${name}': ${option} is '${String(given)}'; expected ${listed(allowed)}.`,
    {
      path: name,
      hint: suggestion(String(given), allowed),
    },
  );
}
