import type {
  AnyUnit,
  Consumers,
  Dictionary,
  ErrorMode,
  ExposedOutputs,
  InputDescription,
  Listed,
  MapMode,
  MappedInputs,
  MappedOutputs,
  Mark,
  Marked,
  Names,
  Offered,
  OneOrMany,
  PipelineDescription,
  Producers,
  RenamedInputs,
  RequiredNames,
  Requiring,
  Simplify,
  Stateful,
  Unit,
  Wired,
  WiredInputs,
  WiredOutputs,
} from '../graph/index.ts';
import type { AcceptedCode } from './caching/accepted-code.ts';
import type { Explanation, RunPlan } from './caching/outlook.ts';
import type { MapResult } from './map-result.ts';
import type { CommonRunOptions, MapOptions, PipelineOptions, RunOptions, StreamOptions } from './options.ts';
import type { StreamItem } from './stream.ts';

/** All inputs; fewer when only some outputs are asked for; and the replaced values, when nodes are overridden. */
export type RunInputs<I, O, Asked, Override extends keyof O> = [Override] extends [never]
  ? [keyof O] extends [Asked]
    ? I
    : Partial<I>
  : Partial<I> & Pick<O, Override>;

/** What a run returns; with `collect`, what was finished. */
export type RunResult<O, Asked extends keyof O, OnError> = OnError extends 'collect'
  ? Simplify<Partial<Pick<O, Asked>>>
  : Simplify<Pick<O, Asked>>;

/** Shown by the compiler when a pipeline is run without the inputs that it needs. */
export interface MissingInputs<Name> {
  readonly '✖ inputs': Name;
}
/** What may be run without giving anything. */
type NeedsNothing<I> = {} extends I ? unknown : MissingInputs<RequiredNames<I>>;

type StreamedInputs<I, Over> = Simplify<{
  [K in keyof I]: K extends Over ? Iterable<Exclude<I[K], undefined>> | AsyncIterable<Exclude<I[K], undefined>> : I[K];
}>;

/** The values themselves, or the resources that stand for them. */
type Bindable<T> = {
  [K in keyof T]: T[K] | Stateful<Exclude<T[K], undefined>> | Stateful<Promise<Exclude<T[K], undefined>>>;
};
type Bound<I, B> = Simplify<Omit<I, keyof B> & Partial<Pick<I, keyof B & keyof I>>>;

/**
 * Nodes wired by name: needs the inputs `I`, produces the outputs `O`. Immutable; usable as a node of another pipeline.
 */
export interface TypedPipeline<I extends object, O extends object> extends Unit<I, O> {
  readonly kind: 'pipeline';
  /** What has to be given, or can be. */
  readonly inputs: readonly InputDescription[];
  /** Names of what a run returns. */
  readonly outputs: readonly string[];
  readonly nodes: readonly AnyUnit[];
  /** How it runs, as set here; what is not set is inherited from an outer pipeline. */
  readonly options: PipelineOptions;

  /** Runs a pipeline that needs no inputs, and returns every output. */
  run(this: NeedsNothing<I>): Promise<Simplify<O>>;
  /**
   * Runs the pipeline once, and returns every output or those asked for.
   *
   * @throws InputError before any node runs; what a node throws arrives as it is, see `nodePath`.
   * @example
   * const { wordCount } = await perDoc.run({ text: ' Hello World ' }, { outputs: ['wordCount'] });
   */
  run<
    const Asked extends Names<O> = Names<O>,
    const Override extends Names<O> = never,
    const OnError extends ErrorMode = 'throw',
  >(
    inputs: RunInputs<I, O, NoInfer<Asked>, NoInfer<Override>>,
    options: RunOptions<Asked, Override> & { readonly onError?: OnError | undefined },
  ): Promise<RunResult<O, Asked, OnError>>;
  /**
   * Runs the pipeline once, and returns every output.
   *
   * @throws InputError before any node runs; what a node throws arrives as it is, see `nodePath`.
   * @example
   * const { wordCount } = await perDoc.run({ text: ' Hello World ' });
   */
  run(inputs: I): Promise<Simplify<O>>;

  /** Runs a pipeline that needs no inputs, without promises. */
  runSync(this: NeedsNothing<I>): Simplify<O>;
  /**
   * Runs the pipeline once without promises.
   *
   * @throws SyncError `SYNC_PROMISE` naming the node that returned a promise.
   */
  runSync<
    const Asked extends Names<O> = Names<O>,
    const Override extends Names<O> = never,
    const OnError extends ErrorMode = 'throw',
  >(
    inputs: RunInputs<I, O, NoInfer<Asked>, NoInfer<Override>>,
    options: RunOptions<Asked, Override> & { readonly onError?: OnError | undefined },
  ): RunResult<O, Asked, OnError>;
  /**
   * Runs the pipeline once without promises.
   *
   * @throws SyncError `SYNC_PROMISE` naming the node that returned a promise.
   */
  runSync(inputs: I): Simplify<O>;

  /**
   * Runs the pipeline over every item of one or several lists; the other inputs are shared by all items.
   *
   * @throws InputError `INPUT_NOT_ITERABLE`, `INPUT_LENGTHS`; GraphError `GRAPH_UNKNOWN_NAME` for a name or mode.
   * @example
   * const results = await perDoc.map({ text: docs }, { over: 'text', onError: 'collect' });
   */
  map<
    const Over extends OneOrMany<Names<I> | Override>,
    const Asked extends Names<O> = Names<O>,
    const OnError extends ErrorMode = 'throw',
    const Override extends Names<O> = never,
  >(
    inputs: MappedInputs<RunInputs<I, O, NoInfer<Asked>, NoInfer<Override>>, Listed<NoInfer<Over>>>,
    options: MapOptions<Asked, Over, OnError, Override>,
  ): Promise<MapResult<OnError extends 'collect' ? Simplify<Pick<O, Asked>> | undefined : Simplify<Pick<O, Asked>>>>;

  /**
   * Runs the pipeline over items as they come, from any iterable or async iterable, in constant memory.
   *
   * @example
   * for await (const item of perDoc.stream({ text: docs }, { over: 'text' })) console.log(item.index);
   */
  stream<
    const Over extends OneOrMany<Names<I> | Override>,
    const Asked extends Names<O> = Names<O>,
    const Override extends Names<O> = never,
  >(
    inputs: StreamedInputs<RunInputs<I, O, NoInfer<Asked>, NoInfer<Override>>, Listed<NoInfer<Over>>>,
    options: StreamOptions<Asked, Over, Override>,
  ): AsyncGenerator<StreamItem<Simplify<Pick<O, Asked>>>, void, undefined>;

  /** The same pipeline with values that stand in for inputs; a given input still wins. */
  bind<const B extends Bindable<Partial<I>>>(
    values: B & { readonly [K in Exclude<keyof B, keyof I>]: never },
  ): TypedPipeline<Bound<I, B>, O>;

  /** The same pipeline, run in another way. */
  with(options: PipelineOptions): TypedPipeline<I, O>;

  /** The same pipeline with fewer outputs; what they don't need is not run, nor are its inputs required. */
  select<const Asked extends Names<O>>(...names: Asked[]): TypedPipeline<Partial<I>, Simplify<Pick<O, Asked>>>;

  /**
   * The pipeline as a node of another one.
   *
   * @example
   * perDoc.asNode({ inputs: { documents: 'text' }, outputs: { wordCount: 'counts' }, mapOver: 'documents' })
   */
  asNode<
    const InputMap extends Readonly<Record<string, Names<I>>> = {},
    const OutputMap extends { readonly [K in Names<O>]?: string } = {},
    const Over extends Names<RenamedInputs<I, InputMap>> = never,
    const OnError extends ErrorMode = 'throw',
  >(options?: {
    readonly name?: string;
    /** Outer name → inner name. */
    readonly inputs?: InputMap;
    /** Inner name → outer name; only what is named here is exposed and computed. */
    readonly outputs?: OutputMap;
    readonly mapOver?: OneOrMany<Over>;
    readonly mapMode?: MapMode;
    /** `collect` leaves holes for failed items. */
    readonly onError?: OnError;
    /** `false` switches caching off inside. */
    readonly cache?: boolean;
  }): Unit<MappedInputs<RenamedInputs<I, InputMap>, Over>, MappedOutputs<ExposedOutputs<O, OutputMap>, Over, OnError>>;

  /** The graph as plain data. */
  describe(): PipelineDescription;

  /** What a run would do, node by node and item by item, with the time that history lets expect; executes nothing. */
  plan<const Asked extends Names<O> = Names<O>>(
    inputs: RunInputs<I, O, NoInfer<Asked>, never>,
    options?: CommonRunOptions<Asked>,
  ): Promise<RunPlan>;

  /** Which nodes the cache knows, and for each other one what changed since it last ran; executes nothing. */
  explain<const Asked extends Names<O> = Names<O>>(
    inputs: RunInputs<I, O, NoInfer<Asked>, never>,
    options?: CommonRunOptions<Asked>,
  ): Promise<Explanation>;

  /**
   * Lets the cached results of a node's code before an edit stand for its code of now: for an edit that changes none.
   *
   * @param node Name or path of the node. @param options.reason Kept with the record.
   * @returns Each node that this holds for from now on.
   * @throws GraphError `GRAPH_UNKNOWN_NAME`.
   */
  accept(node: string, options: { readonly reason: string }): Promise<readonly AcceptedCode[]>;
}

/** Makes pipelines from options, with the wiring checked by the compiler. */
export interface PipelineConstructor {
  new <
    const Units extends readonly AnyUnit[],
    Marks extends readonly Mark[] = Marked<Units>,
    Owned extends Dictionary = Producers<Marks[number]>,
    O extends Dictionary = WiredOutputs<Owned>,
    Consumed extends Dictionary = Consumers<Units[number]>,
    Offer = Offered<O, Owned, Consumed>,
  >(
    options: PipelineOptions & { readonly nodes: Wired<Units, Owned, O, Offer> },
  ): TypedPipeline<WiredInputs<Consumed, Requiring<Units[number]>, keyof O>, O>;
  readonly [Symbol.hasInstance]: (value: unknown) => boolean;
}

/** Makes a pipeline of nodes. */
export interface PipelineFunction {
  <
    const Units extends readonly AnyUnit[],
    Marks extends readonly Mark[] = Marked<Units>,
    Owned extends Dictionary = Producers<Marks[number]>,
    O extends Dictionary = WiredOutputs<Owned>,
    Consumed extends Dictionary = Consumers<Units[number]>,
    Offer = Offered<O, Owned, Consumed>,
  >(
    ...nodes: Wired<Units, Owned, O, Offer>
  ): TypedPipeline<WiredInputs<Consumed, Requiring<Units[number]>, keyof O>, O>;
  /**
   * Makes a pipeline whose wiring is checked when it is built, but not by the compiler: for graphs of many hundred nodes,
   * or made at run time. State the types where you know them.
   */
  untyped<I extends object = Record<string, unknown>, O extends object = Record<string, unknown>>(
    nodes: readonly AnyUnit[],
    options?: PipelineOptions,
  ): TypedPipeline<I, O>;
}
