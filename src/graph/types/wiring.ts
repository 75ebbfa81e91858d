import type { AnyUnit, InputsOf, OutputsOf } from './unit.ts';

// Cheap for the compiler, which costs users their patience: what all units share is worked out once and passed on as
// defaulted type parameters, maps go over unions of units and not over their indices, and each unit is compared once with
// everything on offer; only one that does not fit is looked at name by name. An index into the list of units, or a second
// condition, once per unit takes time with the square of their number (500 nodes: 2,200,000 instantiations, not 160,000).

/** Flattens an intersection, so that the compiler prints its members. */
export type Simplify<T> = { [K in keyof T]: T[K] } & {};
/** The names among the keys of a record. */
export type Names<T> = Extract<keyof T, string>;

// biome-ignore lint/suspicious/noExplicitAny: members of any type; only used as a constraint.
export type Dictionary = { [name: string]: any };

/** What a unit produces, and its place among the units, by which two of one type are told apart. */
export interface Mark {
  readonly index: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: outputs of any type; only used as a constraint.
  readonly outputs: any;
}
export type Marked<Units extends readonly AnyUnit[]> = {
  [I in keyof Units]: { index: I; outputs: OutputsOf<Units[I]> };
};

/** Name → the mark of the unit that produces it; two producers give a union, which is how duplicates are found. */
export type Producers<AnyMark extends Mark> = { [M in AnyMark as Names<M['outputs']>]: M };

/** Name → the inputs of the units that read it. */
export type Consumers<Units extends AnyUnit> = { [U in Units as Names<InputsOf<U>>]: InputsOf<U> };

/** Names that some unit cannot do without. */
export type Requiring<Units extends AnyUnit> = keyof {
  [U in Units as Extract<RequiredNames<InputsOf<U>>, string>]: U;
};
/** The keys that are not optional. */
export type RequiredNames<T> = { [K in keyof T]-?: {} extends Pick<T, K> ? never : K }[keyof T];

/** Every output of a pipeline. `& {}` makes the compiler print its members. */
export type WiredOutputs<Owned extends Dictionary> = { [K in keyof Owned]: Owned[K]['outputs'][K] } & {};

/** What every consumer of `K` accepts: the intersection, by contravariance. */
type Wanted<Consumer, K extends PropertyKey> = (
  Consumer extends unknown
    ? (value: Consumer[K & keyof Consumer]) => void
    : never
) extends (value: infer Value) => void
  ? Value
  : never;

/** What a pipeline needs from outside: what is consumed and not produced. */
export type WiredInputs<Consumed extends Dictionary, Required, Produced> = Simplify<
  { [K in Exclude<Required, Produced> & string]: Wanted<Consumed[K], K> } & {
    [K in Exclude<keyof Consumed, Produced | Required> & string]?: Exclude<Wanted<Consumed[K], K>, undefined>;
  }
>;

type Several<T, All = T> = T extends unknown ? ([All] extends [T] ? never : true) : never;
type ProducedTwice<Owned extends Dictionary> = { [K in keyof Owned]: Several<Owned[K]['index']> }[keyof Owned];

/** A value for everything consumed: what is produced, and what fits everywhere for the rest; nothing when a name is produced twice. */
export type Offered<Produced, Owned extends Dictionary, Consumed> = [ProducedTwice<Owned>] extends [never]
  ? Produced & { [K in Exclude<keyof Consumed, keyof Owned>]: never }
  : null;

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

type MisfittingKeys<Inputs, Produced> = {
  [K in keyof Inputs]-?: K extends keyof Produced & string
    ? [Produced[K]] extends [Inputs[K]]
      ? never
      : // `unknown` passes on purpose: an untyped producer must not make wiring impossible.
        [unknown] extends [Produced[K]]
        ? never
        : K
    : never;
}[keyof Inputs];

/** The unit itself if each of its inputs fits its producer after all, or the error for the one that does not. */
type FittingUnit<U, Produced> =
  Extract<MisfittingKeys<InputsOf<U>, Produced>, string> extends infer Bad extends string
    ? [Bad] extends [never]
      ? U
      : WiringError<
          `'${NameOf<U>}' cannot read '${Bad}' from its producer (expected, produced follow)`,
          InputsOf<U>[Bad & keyof InputsOf<U>],
          Produced[Bad & keyof Produced]
        >
    : never;

type DuplicatedName<Name, Index, Owned extends Dictionary> = Name extends string
  ? [Owned[Name]['index']] extends [Index]
    ? never
    : Name
  : never;

/** A unit that was found wanting: what is wrong with it, if it is this one. */
type InspectedUnit<U, Index, Owned extends Dictionary, Produced> = [Owned[Names<OutputsOf<U>>]['index']] extends [Index]
  ? FittingUnit<U, Produced>
  : DuplicateOutput<`'${DuplicatedName<keyof OutputsOf<U>, Index, Owned>}' is produced by two nodes; rename one output`>;

type CheckedUnit<U, Index, Owned extends Dictionary, Produced, Offer> = [Offer] extends [InputsOf<U>]
  ? U
  : InspectedUnit<U, Index, Owned, Produced>;

/** The units themselves where they fit together, and an error type in place of each that does not. */
export type Wired<Units extends readonly AnyUnit[], Owned extends Dictionary, Produced, Offer> = {
  [Index in keyof Units]: CheckedUnit<Units[Index], Index, Owned, Produced, Offer>;
};
