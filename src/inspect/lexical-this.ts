import { fieldArrows } from './field-arrows.ts';
import { contextsAround, heldIn } from './heap-contexts.ts';
import { type OwnInspector, withInspector } from './inspector.ts';
import { type PlaceInHeap, placeInHeap } from './recent-heap.ts';

const known = new WeakMap<Function, { readonly value: unknown }>();

/**
 * The `this` that an arrow function took from the function around it; `undefined` when it cannot be found.
 *
 * The engine leaves it out of what it tells of scopes, and a function that runs would show it too late. A snapshot of the
 * heap has it, and disturbs nothing; one is taken for all the functions of a go.
 *
 * @param holder An object that has the function in a field: where a class put it there, no snapshot is needed.
 */
export function lexicalThis(fn: Function, holder?: object): { readonly value: unknown } | undefined {
  if (holder && !known.has(fn)) for (const [arrow, owner] of fieldArrows(fn, holder)) learnThis(arrow, owner);
  let found = known.get(fn);
  if (!found) {
    found = withInspector((inspector) => search(inspector, fn));
    if (found) known.set(fn, found);
  }
  return found;
}

/** Remembers the `this` of an arrow function. */
export function learnThis(fn: Function, value: unknown): void {
  known.set(fn, { value });
}

function search(inspector: OwnInspector, fn: Function): { readonly value: unknown } | undefined {
  try {
    const place = placeInHeap(inspector, fn);
    const found = place && thisAround(place);
    if (found === undefined) return undefined;
    const { graph } = place!;
    return graph.nothing(found) ?? { value: inspector.valueOfHeapId(graph.id(found)) };
  } catch {
    // A primitive, or an engine that tells less: the answer is "unknown".
    return undefined;
  }
}

/** What is `this` in the nearest context around a function that has one. */
function thisAround(place: PlaceInHeap): number | undefined {
  for (const context of contextsAround(place)) {
    const found = heldIn(place.graph, context, 'this');
    if (found !== undefined) return found;
  }
  return undefined;
}
