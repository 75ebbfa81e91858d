import { GraphError } from '../errors.ts';
import {
  type AnyUnit,
  type NestedDefinition,
  type NestingOptions,
  PipelineGraph,
  PipelineNode,
  type Reduction,
  reduce,
} from '../graph/index.ts';
import type { AcceptedCode } from './caching/accepted-code.ts';
import { type Explanation, explainedNode, plannedNode, type RunPlan } from './caching/outlook.ts';
import { checkSettings } from './check-settings.ts';
import { accept, forecast } from './look-ahead.ts';
import type { MapResult } from './map-result.ts';
import { displayPipeline, jupyterDisplay, type MimeBundle } from './notebook/index.ts';
import type { CommonRunOptions, MapOptions, PipelineOptions, RunOptions, StreamOptions } from './options.ts';
import type { PipelineConstructor, PipelineFunction, TypedPipeline } from './pipeline-types.ts';
import { run, runSync } from './run-once.ts';
import { map, stream } from './run-over.ts';
import { Relay } from './sending/relay.ts';
import { travellingOptions } from './sending/shipment.ts';
import type { StreamItem } from './stream.ts';

type Inputs = Readonly<Record<string, unknown>>;
type Outputs = Record<string, unknown>;

/** The key of `util.inspect.custom`; users without the types of Node have no `node:util`. */
const inspected: unique symbol = Symbol.for('nodejs.util.inspect.custom');
const OPTION_NAMES = ['cache', 'callbacks', 'engine', 'timeout', 'concurrency'] as const;

/** A pipeline graph that knows how to run; the types of its inputs and outputs are added by {@link PipelineConstructor}. */
export class RunnablePipeline extends PipelineGraph {
  readonly options: PipelineOptions;

  constructor(given: PipelineOptions & ConstructorParameters<typeof PipelineGraph>[0]) {
    super(checkGiven(given));
    const options: Record<string, unknown> = {};
    for (const name of OPTION_NAMES) if (given[name] !== undefined) options[name] = given[name];
    this.options = Object.freeze(options);
    checkSettings(this.name, given);
    Object.freeze(this);
  }

  run(inputs?: Inputs, options?: RunOptions<string, string>): Promise<Outputs> {
    return run(this, inputs, options);
  }

  runSync(inputs?: Inputs, options?: RunOptions<string, string>): Outputs {
    return runSync(this, inputs, options);
  }

  map(inputs: Inputs, options: MapOptions = { over: [] }): Promise<MapResult<Outputs>> {
    return map(this, inputs, options);
  }

  stream(inputs: Inputs, options: StreamOptions = { over: [] }): AsyncGenerator<StreamItem<Outputs>, void, undefined> {
    return stream(this, inputs, options);
  }

  async plan(inputs: Inputs = {}, options?: CommonRunOptions): Promise<RunPlan> {
    return { nodes: (await forecast(this, inputs, options)).map(plannedNode) };
  }

  async explain(inputs: Inputs = {}, options?: CommonRunOptions): Promise<Explanation> {
    return { nodes: (await forecast(this, inputs, options)).map(explainedNode) };
  }

  accept(node: string, options: { readonly reason: string }): Promise<readonly AcceptedCode[]> {
    return accept(this, node, options.reason);
  }

  bind(values: Inputs): RunnablePipeline {
    return this.#copy({ bound: { ...this.bound, ...values } });
  }

  with(options: PipelineOptions): RunnablePipeline {
    return this.#copy(options);
  }

  select(...names: readonly string[]): RunnablePipeline {
    return this.#copy({ selected: names });
  }

  /** The same pipeline, configured by `options`, without what was bound: whoever sends it sends those values too. @internal */
  unbound(options: PipelineOptions): RunnablePipeline {
    const { name, nodes, selected, wiring } = this;
    return new RunnablePipeline({ name, nodes, selected, wiring, ...options });
  }

  asNode(options: NestingOptions = {}): PipelineNode {
    return new PipelineNode(this.nest(options));
  }

  /** As `console.log` shows it: what it needs, and what it gives. */
  [inspected](): string {
    const needed = this.inputs.map(({ name, required }) => (required ? name : `${name}?`));
    return `Pipeline ${this.name} (${needed.join(', ')}) → ${this.outputs.join(', ')}`;
  }

  [jupyterDisplay](): Promise<MimeBundle> {
    return displayPipeline(this);
  }

  [reduce](): Reduction {
    const { name, nodes, bound, selected, options } = this;
    return {
      module: 'hypernodes',
      export: 'Pipeline',
      args: [{ name, nodes, bound: { ...bound }, selected, ...travellingOptions(options) }],
    };
  }

  #copy(changes: PipelineOptions & { bound?: Inputs; selected?: readonly string[] }): RunnablePipeline {
    const { name, nodes, bound, selected, wiring } = this;
    return new RunnablePipeline({ name, nodes, bound, selected, wiring, ...this.options, ...changes });
  }
}

function checkGiven<T>(given: T): T {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given;
  throw new GraphError(
    'GRAPH_INVALID_NODE',
    `Pipeline: expected an object with 'nodes', found ${Array.isArray(given) ? 'a list' : typeof given}.`,
    {
      hint: 'Write new Pipeline({ nodes: [first, second] }) or pipeline(first, second).',
    },
  );
}

/** Nodes wired by name; see the interface of the same name for what it can do. */
export const Pipeline: PipelineConstructor = RunnablePipeline as unknown as PipelineConstructor;

/** Nodes wired by name, in any order: `pipeline(clean, count)`. */
export const pipeline: PipelineFunction = Object.assign(
  (...nodes: readonly AnyUnit[]) => new RunnablePipeline({ nodes }),
  {
    untyped: (nodes: readonly AnyUnit[], options: PipelineOptions = {}) => new RunnablePipeline({ ...options, nodes }),
    // By which a pipeline among the nodes of another one, having travelled, is made again.
    nested: (nested: NestedDefinition) => new PipelineNode(nested),
    // By which the callbacks of a pipeline that was sent somewhere are told from there.
    relay: (...args: ConstructorParameters<typeof Relay>) => new Relay(...args),
  },
) as unknown as PipelineFunction;

export type Pipeline<I extends object, O extends object> = TypedPipeline<I, O>;
