import type { AnyUnit, InputsOf, OutputsOf } from './unit.ts';

// Worked out once per pipeline and passed on as defaulted type parameters: asked for once per node,
// the same types take the compiler three times as long (200 nodes: 0.69 instead of 1.99 million instantiations).

/** Flattens an intersection, so that the compiler prints its members. */
export type Simplify<T> = { [K in keyof T]: T[K] } & {};
/** The names among the keys of a record. */
export type Names<T> = Extract<keyof T, string>;

// biome-ignore lint/suspicious/noExplicitAny: members of any type; only used as a constraint.
export type Dictionary = { [name: string]: any };

type Indices<Units> = Exclude<keyof Units, keyof (readonly unknown[])>;
type RequiredKeys<T> = { [K in keyof T]-?: {} extends Pick<T, K> ? never : K }[keyof T];

/** Name → the unit that produces it; two producers give a union, which is how duplicates are found. */
export type Owners<Units extends readonly AnyUnit[]> = {
  [I in Indices<Units> as Names<OutputsOf<Units[I]>>]: { index: I; outputs: OutputsOf<Units[I]> };
};
type Consumers<Units extends readonly AnyUnit[]> = {
  [I in Indices<Units> as Names<InputsOf<Units[I]>>]: { inputs: InputsOf<Units[I]> };
};
type RequiringConsumers<Units extends readonly AnyUnit[]> = {
  [I in Indices<Units> as Extract<RequiredKeys<InputsOf<Units[I]>>, string>]: 1;
};

/** What every consumer of `K` accepts: the intersection, by contravariance. */
type Wanted<Consumer, K extends PropertyKey> = (
  Consumer extends { inputs: infer I }
    ? (value: I[K & keyof I]) => void
    : never
) extends (value: infer Value) => void
  ? Value
  : never;

/** Every output of a pipeline of these units. */
export type WiredOutputs<Units extends readonly AnyUnit[], Owned extends Dictionary = Owners<Units>> = {
  [K in keyof Owned]: Owned[K]['outputs'][K];
};

/** What a pipeline of these units needs from outside. */
export type WiredInputs<
  Units extends readonly AnyUnit[],
  Produced = keyof Owners<Units>,
  Consumed extends Dictionary = Consumers<Units>,
  ConsumedName = keyof Consumed,
  RequiredName = keyof RequiringConsumers<Units>,
> = Simplify<
  { [K in Exclude<RequiredName, Produced> & string]: Wanted<Consumed[K], K> } & {
    [K in Exclude<ConsumedName, Produced | RequiredName> & string]?: Exclude<Wanted<Consumed[K], K>, undefined>;
  }
>;

/** Shown by the compiler on the argument whose input does not fit its producer. */
export interface WiringError<Message extends string, Expected, Produced> {
  readonly '✖ wiring': Message;
  readonly expected?: Expected;
  readonly produced?: Produced;
}
/** Shown by the compiler on an argument that produces a name which another one produces too. */
export interface DuplicateOutput<Message extends string> {
  readonly '✖ wiring': Message;
}

type NameOf<U> = U extends { readonly name: infer Name extends string }
  ? string extends Name
    ? Names<OutputsOf<U>>
    : Name
  : Names<OutputsOf<U>>;

type MisfittingKeys<Inputs, Produced extends Dictionary, ProducedName> = {
  [K in keyof Inputs]-?: K extends ProducedName & string
    ? [Produced[K]] extends [Inputs[K]]
      ? never
      : // `unknown` passes on purpose: an untyped producer must not make wiring impossible.
        [unknown] extends [Produced[K]]
        ? never
        : K
    : never;
}[keyof Inputs];

type DuplicatedKeys<K, Index, Owned extends Dictionary> = K extends string
  ? [Owned[K]['index']] extends [Index]
    ? never
    : K
  : never;

type CheckedUnit<U, Index, Owned extends Dictionary, Produced extends Dictionary, ProducedName> =
  Extract<DuplicatedKeys<keyof OutputsOf<U>, Index, Owned>, string> extends infer Duplicate extends string
    ? [Duplicate] extends [never]
      ? Extract<MisfittingKeys<InputsOf<U>, Produced, ProducedName>, string> extends infer Bad extends string
        ? [Bad] extends [never]
          ? U
          : WiringError<
              `'${NameOf<U>}' cannot read '${Bad}' from its producer (expected, produced follow)`,
              InputsOf<U>[Bad & keyof InputsOf<U>],
              Produced[Bad]
            >
        : never
      : DuplicateOutput<`'${Duplicate}' is produced by two nodes; rename one output`>
    : never;

/** The units themselves where they fit together, and an error type in place of each that does not. */
export type Wired<
  Units extends readonly AnyUnit[],
  Owned extends Dictionary,
  Produced extends Dictionary,
  ProducedName,
> = {
  [Index in keyof Units]: CheckedUnit<Units[Index], Index, Owned, Produced, ProducedName>;
};
