import { GraphError, InputError } from '../errors.ts';
import { listed, type MapMode, suggestion } from '../graph/index.ts';

/** One mapped input: its name, where its item goes (-1: nowhere, no node asks for it), and its list. */
export interface MappedInput {
  readonly name: string;
  readonly slot: number;
  /** Further slots for the same item, when one outer name feeds several inner ones. */
  readonly copies?: readonly number[];
  readonly list: unknown;
}

/** The items of a map; values of one item are made when its turn comes. */
export interface Items {
  readonly count: number;
  /** Number of the first one in the whole map, when these are only some of its items. */
  readonly first?: number | undefined;
  /** Slots of the item at this position. */
  values(position: number): unknown[];
}

/** All the items of a map. */
export interface WholeMap extends Items {
  /** What so many items from this position on have in a slot in which they differ. */
  column(slot: number, from: number, count: number): unknown[];
}

/** @throws GraphError `GRAPH_UNKNOWN_NAME` for a mode that does not exist. */
export function checkMode(mode: unknown): asserts mode is MapMode {
  if (mode === 'zip' || mode === 'product') return;
  throw new GraphError('GRAPH_UNKNOWN_NAME', `map: mode is '${String(mode)}'; expected 'zip' or 'product'.`, {
    path: 'mode',
    hint: suggestion(String(mode), ['zip', 'product']),
  });
}

/** @throws GraphError `GRAPH_UNKNOWN_NAME` for a way to treat errors that does not exist. */
export function checkErrorMode(onError: unknown): void {
  if (onError === undefined || onError === 'throw' || onError === 'collect') return;
  throw new GraphError('GRAPH_UNKNOWN_NAME', `onError is '${String(onError)}'; expected 'throw' or 'collect'.`, {
    path: 'onError',
    hint: suggestion(String(onError), ['throw', 'collect']),
  });
}

function toList({ name, list }: MappedInput, path: string): ArrayLike<unknown> {
  if (Array.isArray(list) || (ArrayBuffer.isView(list) && !(list instanceof DataView)))
    return list as ArrayLike<unknown>;
  if (typeof list === 'object' && list !== null && Symbol.iterator in list) return [...(list as Iterable<unknown>)];
  const found = list === null ? 'null' : typeof list === 'string' ? `the string '${list.slice(0, 20)}'` : typeof list;
  throw new InputError(
    'INPUT_NOT_ITERABLE',
    `${path}: input '${name}' is mapped over, but is ${found}; expected a list.`,
    {
      path: name,
      hint: 'Give an array, a typed array or another iterable; for an async iterable use stream().',
    },
  );
}

/**
 * The items of `zip` (by position) or `product` (all combinations, the last name varying fastest).
 *
 * @param shared Slots with the values that all items share.
 * @throws InputError `INPUT_NOT_ITERABLE`, `INPUT_LENGTHS`.
 */
export function itemsOf(
  inputs: readonly MappedInput[],
  mode: MapMode,
  shared: readonly unknown[],
  path: string,
): WholeMap {
  const lists = inputs.map((input) => toList(input, path));
  const lengths = lists.map((list) => list.length);
  const whole = (count: number, at: (item: number, position: number) => number): WholeMap => ({
    count,
    values: (item) => place((position) => at(item, position)),
    column(slot, from, length) {
      const position = inputs.findIndex((input) => input.slot === slot || input.copies?.includes(slot) === true);
      const list = lists[position]!;
      if (mode === 'zip' && isPlainArray(list)) return list.slice(from, from + length);
      return Array.from({ length }, (_, offset) => list[at(from + offset, position)]);
    },
  });
  const place = (index: (position: number) => number): unknown[] => {
    const values = shared.slice();
    for (let position = 0; position < inputs.length; position++) {
      const { slot, copies } = inputs[position]!;
      if (slot < 0) continue;
      const item = lists[position]![index(position)];
      values[slot] = item;
      if (copies !== undefined) for (const copy of copies) values[copy] = item;
    }
    return values;
  };
  if (mode === 'zip') {
    if (lengths.some((length) => length !== lengths[0])) {
      const found = inputs.map(({ name }, position) => `'${name}' has ${lengths[position]}`).join(', ');
      throw new InputError('INPUT_LENGTHS', `${path}: lists that are mapped together differ in length: ${found}.`, {
        path: inputs.map(({ name }) => name).join(', '),
        hint: `Give lists of one length, or combine them with mode: 'product'.`,
      });
    }
    return whole(lengths[0] ?? 0, (item) => item);
  }
  const strides = lengths.map((_, position) => lengths.slice(position + 1).reduce((a, b) => a * b, 1));
  const count = lengths.reduce((a, b) => a * b, 1);
  return whole(count, (item, position) => Math.floor(item / strides[position]!) % lengths[position]!);
}

/** Whether parts of a list are plain arrays, too. */
const isPlainArray = (list: ArrayLike<unknown>): list is unknown[] =>
  Array.isArray(list) && Object.getPrototypeOf(list) === Array.prototype;

/** @throws GraphError `GRAPH_UNKNOWN_NAME` when `over` names something that is no input. */
export function checkOver(pipeline: string, over: readonly string[], known: readonly string[]): void {
  if (over.length === 0) {
    throw new GraphError('GRAPH_UNKNOWN_NAME', `pipeline '${pipeline}': map needs at least one name in 'over'.`, {
      path: 'over',
      hint: `Its inputs are ${listed(known)}.`,
    });
  }
  for (const name of over) {
    if (known.includes(name)) continue;
    throw new GraphError(
      'GRAPH_UNKNOWN_NAME',
      `pipeline '${pipeline}': over names '${name}', which is no input of it.`,
      {
        path: 'over',
        hint: suggestion(name, known),
      },
    );
  }
}
