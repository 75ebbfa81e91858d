import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { NodeOptions } from '../node-options.ts';
import type { NodeContext } from './node-context.ts';
import type { Renamed, RenameMap } from './renaming.ts';
import type { Unit } from './unit.ts';
import type { Simplify } from './wiring.ts';

/**
 * A second implementation of a node over many items at once: lists in, a list of the same length out.
 *
 * Says nothing of `R`, which is the single function's to say: TypeScript 7 would take `Awaited<R>` for it.
 */
export type BatchFunction<I, R> = (
  inputs: { [K in keyof I]: I[K][] },
  context: NodeContext,
) => BatchResult<Awaited<NoInfer<R>>> | Promise<BatchResult<Awaited<NoInfer<R>>>>;
type BatchResult<R> = readonly R[];

/** Everything a node can be told, with its second implementation. */
export interface BatchOption<I, R> {
  /** Used by `map` instead of the single form; a result of another length is an error. */
  readonly batch?: BatchFunction<I, R>;
}

type Arguments<I> = {} extends I ? [inputs?: I, context?: NodeContext] : [inputs: I, context?: NodeContext];

/** A function with a name for what it produces; still callable as that function. */
export interface Node<Name extends string, I extends object, R, O extends object = { [K in Name]: Awaited<R> }>
  extends Unit<I, O> {
  (...args: Arguments<I>): R;
  readonly kind: 'node';
  readonly name: Name;
  readonly options: NodeOptions;
  /** The same node with other options. */
  with(options: NodeOptions & BatchOption<I, R>): Node<Name, I, R, O>;
  /** The same function under other names; both maps are old → new. */
  rename<const InputMap extends RenameMap<I> = {}, const OutputMap extends RenameMap<O> = {}>(names: {
    readonly inputs?: InputMap;
    readonly outputs?: OutputMap;
  }): Node<
    Name extends keyof OutputMap ? Extract<OutputMap[Name], string> : Name,
    Renamed<I, InputMap>,
    R,
    Renamed<O, OutputMap>
  >;
}

/** One Standard Schema by input name. */
export type Schemas = Readonly<Record<string, StandardSchemaV1>>;
type OptionalSchemas<S extends Schemas> = {
  [K in keyof S]: undefined extends StandardSchemaV1.InferInput<S[K]> ? K : never;
}[keyof S];
/** What a node with schemas accepts: the input side, where defaults make a name optional. */
export type SchemaInputs<S extends Schemas> = Simplify<
  { [K in Exclude<keyof S, OptionalSchemas<S>>]: StandardSchemaV1.InferInput<S[K]> } & {
    [K in OptionalSchemas<S>]?: StandardSchemaV1.InferInput<S[K]>;
  }
>;
/** What the function of a node with schemas is given: the output side. */
export type SchemaOutputs<S extends Schemas> = { [K in keyof S]: StandardSchemaV1.InferOutput<S[K]> };

/** Shown by the compiler when `inputs` leaves out a name that the function reads. */
export interface MissingInput<Name> {
  readonly '✖ inputs': Name;
}
/** Shown by the compiler when the function returns fewer names than the node promises. */
export interface MissingOutput<Name> {
  readonly '✖ outputs': Name;
}

/** Shown by the compiler when the function returns a name that the node does not promise. */
export interface UnexpectedOutput<Name> {
  readonly '✖ outputs': Name;
}

/** Shown by the compiler when `inputs` has a name that the function does not read. */
export interface UnknownInput<Name> {
  readonly '✖ inputs': Name;
}

/**
 * Refuses `Given` when it leaves out a name of `I`, or has another one.
 *
 * Not a constraint on the names: the compiler looks at them once before it knows the types of a function whose second
 * parameter has no annotation, and `I` is then `object`.
 */
export type AllNamed<I, Given> = [keyof I] extends [never]
  ? unknown
  : [Exclude<keyof I, Given>] extends [never]
    ? [Exclude<Given, keyof I>] extends [never]
      ? unknown
      : UnknownInput<Exclude<Given, keyof I>>
    : MissingInput<Exclude<keyof I, Given>>;

/** The function's result, or an error type when it lacks a promised name or has another one. */
export type HasOutputs<R, Name extends string> = [Exclude<Name, keyof Awaited<R>>] extends [never]
  ? [Unpromised<keyof Awaited<R>, Name>] extends [never]
    ? R
    : UnexpectedOutput<Unpromised<keyof Awaited<R>, Name>>
  : MissingOutput<Exclude<Name, keyof Awaited<R>>>;
/** None, where any name may be there: that is for the run to find out. */
type Unpromised<Key, Name> = string extends Key ? never : Exclude<Key, Name>;

/** A node with several outputs. */
export type MultiNode<Name extends string, I extends object, R> = Node<
  string,
  I,
  R,
  { [K in Name]: K extends keyof Awaited<R> ? Awaited<R>[K] : never }
>;

/** The `name` of a spec: that of the one output, or those of several. */
type OutputNames = string | readonly string[];

/** The function's result, or an error type when it lacks a name that the spec promises. */
export type Promised<R, Given> = Given extends readonly (infer Name extends string)[] ? HasOutputs<R, Name> : R;

/** What a spec makes. */
export type SpecNode<Given, I extends object, R> = Given extends string
  ? Node<Given, I, R>
  : Given extends readonly (infer Name extends string)[]
    ? MultiNode<Name, I, R>
    : never;

/** Builds nodes; the forms used most come last, because TypeScript 7 explains a mistake by the last one only. */
export interface NodeBuilder {
  /** Makes a node with several outputs: the function returns an object with exactly these keys. */
  <const Name extends string, I extends object = {}, R = unknown>(
    names: readonly Name[],
    run: (inputs: I, context: NodeContext) => HasOutputs<R, Name>,
    options?: NodeOptions & BatchOption<I, R>,
  ): MultiNode<Name, I, R>;
  /**
   * Makes a node of a function whose destructured parameter names its inputs.
   *
   * @param name What the function's result is called.
   * @param run The function; a parameter with a default is an optional input.
   * @throws GraphError `GRAPH_UNREADABLE_INPUTS` when the names can't be read from the function.
   * @example
   * const clean = node('cleaned', ({ text }: { text: string }) => text.trim().toLowerCase());
   */
  <const Name extends string, I extends object = {}, R = unknown>(
    name: Name,
    run: (inputs: I, context: NodeContext) => R,
    options?: NodeOptions & BatchOption<I, R>,
  ): Node<Name, I, R>;
  /** Makes a node whose inputs are checked, and may be changed, by Standard Schemas. */
  <const Given extends OutputNames, S extends Schemas, R>(
    spec: NodeOptions & {
      readonly name: Given;
      readonly schemas: S;
      readonly output?: StandardSchemaV1<NoInfer<Awaited<R>>, unknown>;
      readonly run: (inputs: SchemaOutputs<S>, context: NodeContext) => Promised<R, Given>;
    } & BatchOption<SchemaOutputs<S>, R>,
  ): SpecNode<Given, SchemaInputs<S>, R>;
  /** Makes a node from one object; `inputs` names what the function reads when its parameter can't be read. */
  <const Given extends OutputNames, I extends object, R, const K extends string>(
    spec: NodeOptions & {
      readonly name: Given;
      readonly inputs?: readonly K[] & AllNamed<I, K>;
      readonly schemas?: never;
      readonly output?: StandardSchemaV1<NoInfer<Awaited<R>>, unknown>;
      readonly run: (inputs: I, context: NodeContext) => Promised<R, Given>;
    } & BatchOption<I, R>,
  ): SpecNode<Given, I, R>;
}
