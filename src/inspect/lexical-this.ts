import { fieldArrows } from './field-arrows.ts';
import { contextsAround, heldIn } from './heap-contexts.ts';
import { type OwnInspector, withInspector } from './inspector.ts';
import { type PlaceInHeap, placeInHeap, recentPlace } from './recent-heap.ts';

const known = new WeakMap<Function, { readonly value: unknown }>();

/**
 * The `this` that an arrow function took from the function around it; `undefined` when it cannot be found.
 *
 * The engine leaves it out of what it tells of scopes, and a function that runs would show it too late. A snapshot of the
 * heap has it, and disturbs nothing; one is taken for all the functions of a go.
 *
 * @param holder An object that has the function in a field: where a class put it there, a snapshot is rarely needed.
 */
export function lexicalThis(fn: Function, holder?: object): { readonly value: unknown } | undefined {
  if (!known.has(fn)) {
    learnFound(fn, (inspector) => recentPlace(inspector, fn));
    if (holder && !known.has(fn)) learnFields(fn, holder);
    if (!known.has(fn)) learnFound(fn, (inspector) => placeInHeap(inspector, fn));
  }
  return known.get(fn);
}

/** What the instances of a class have in the field in which one has `fn`. */
function learnFields(fn: Function, holder: object): void {
  const { owners, isCertain } = fieldArrows(fn, holder);
  if (owners.size === 0) return;
  const isSeen = !isCertain && withInspector((inspector) => learnSeen(inspector, fn, owners));
  // Where the heap cannot be looked at, what is likely has to do.
  if (!isSeen) for (const [arrow, owner] of owners) learnThis(arrow, owner);
}

/** @returns Whether the heap can be looked at. */
function learnSeen(inspector: OwnInspector, fn: Function, owners: ReadonlyMap<Function, object>): boolean {
  if (!placeInHeap(inspector, fn)) return false;
  // To find an object by its id, the engine would walk through all of the heap for each.
  const byId = new Map([...owners.values()].map((owner) => [inspector.heapId(owner), owner]));
  for (const arrow of owners.keys()) {
    const place = recentPlace(inspector, arrow);
    const found = place && thisAround(place);
    const owner = found === undefined ? undefined : byId.get(place!.graph.id(found));
    if (owner) learnThis(arrow, owner);
  }
  return true;
}

/** Remembers the `this` of an arrow function. */
export function learnThis(fn: Function, value: unknown): void {
  known.set(fn, { value });
}

/** Remembers the `this` of an arrow function, if it is found at its place in the heap. */
function learnFound(fn: Function, find: (inspector: OwnInspector) => PlaceInHeap | undefined): void {
  withInspector((inspector) => {
    try {
      const place = find(inspector);
      const found = place && thisAround(place);
      if (found === undefined) return;
      const { graph } = place!;
      known.set(fn, graph.nothing(found) ?? { value: inspector.valueOfHeapId(graph.id(found)) });
    } catch {
      // A primitive, or an engine that tells less: the answer is "unknown".
    }
  });
}

/** What is `this` in the nearest context around a function that has one. */
function thisAround(place: PlaceInHeap): number | undefined {
  for (const context of contextsAround(place)) {
    const found = heldIn(place.graph, context, 'this');
    if (found !== undefined) return found;
  }
  return undefined;
}
