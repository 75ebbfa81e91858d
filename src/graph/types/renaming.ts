import type { Names, Simplify } from './wiring.ts';

/** Inputs of a nested pipeline as the outer one sees them; `Map` is outer → inner. */
export type RenamedInputs<Inputs, Map> = Simplify<{
  [K in keyof Inputs as K extends Map[keyof Map]
    ? { [Outer in keyof Map]: Map[Outer] extends K ? Outer : never }[keyof Map]
    : K]: Inputs[K];
}>;

/** Outputs of a nested pipeline as the outer one sees them; `Map` is inner → outer, and only what it names is exposed. */
export type ExposedOutputs<Outputs, Map> = [keyof Map] extends [never]
  ? Outputs
  : Simplify<{ [K in keyof Outputs as K extends keyof Map ? Extract<Map[K], string> : never]: Outputs[K] }>;

/** Inputs with those in `Over` taking a list. */
export type MappedInputs<Inputs, Over> = [Over] extends [never]
  ? Inputs
  : Simplify<{ [K in keyof Inputs]: K extends Over ? readonly Exclude<Inputs[K], undefined>[] : Inputs[K] }>;

/** Outputs as lists, when mapped; with `collect`, a failed item is a hole. */
export type MappedOutputs<Outputs, Over, OnError> = [Over] extends [never]
  ? Outputs
  : { [K in keyof Outputs]: (OnError extends 'collect' ? Outputs[K] | undefined : Outputs[K])[] };

export type OneOrMany<T> = T | readonly T[];
/** The names in an `over` option. */
export type Listed<Over> = Over extends readonly (infer K)[] ? K : Over;

/** Inputs or outputs with names changed; `Map` is old → new. */
export type Renamed<T, Map> = Simplify<{ [K in keyof T as K extends keyof Map ? Extract<Map[K], string> : K]: T[K] }>;

export type RenameMap<T> = { readonly [K in Names<T>]?: string };
