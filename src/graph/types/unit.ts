declare const IN: unique symbol;
declare const OUT: unique symbol;

/** One named input of a node or pipeline. */
export interface InputDescription {
  readonly name: string;
  /** False when a default or a bound value stands in for it. */
  readonly required: boolean;
}

/** Anything that can sit in a pipeline: it needs `In` and produces `Out`, both records by name. */
export interface Unit<In extends object, Out extends object> {
  readonly kind: 'node' | 'pipeline';
  readonly name: string;
  readonly inputs: readonly InputDescription[];
  readonly outputs: readonly string[];
  /** Carries the type; never present at run time, but not optional: so it can be read without `undefined`. */
  readonly [IN]: In;
  readonly [OUT]: Out;
}

// biome-ignore lint/suspicious/noExplicitAny: a constraint that every unit meets; `any` never reaches a signature's result.
export type AnyUnit = Unit<any, any>;

/** The inputs that a unit needs. */
export type InputsOf<U> = U[typeof IN & keyof U];

/** The outputs that a unit produces. */
export type OutputsOf<U> = U[typeof OUT & keyof U];
