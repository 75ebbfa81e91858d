import { contextsAround, heldIn, holds, mentions } from './heap-contexts.ts';
import { type OwnInspector, type RawScope, withInspector } from './inspector.ts';
import { type PlaceInHeap, placeInHeap } from './recent-heap.ts';

/** Which instance of a scope a function stands in. */
export interface ProvenContext {
  /** Ids from different heaps don't compare. */
  readonly heap: number;
  readonly id: number;
}

/**
 * By function and scope; `undefined` for what the heap does not show. A function stays in the instance that it was made
 * in, so that answers hold for good.
 */
const known = new WeakMap<Function, Map<string, ProvenContext | undefined>>();

/** What was proven of a function last. */
export function provenContext(fn: Function, place: string): ProvenContext | undefined {
  return known.get(fn)?.get(place);
}

/**
 * Looks into the heap for the instance of a scope in which a function stands, as today's heap has it.
 *
 * @param place Tells the scope from others.
 * @param name A variable that the function takes from it.
 * @param variables All its variables.
 * @returns `undefined` where it cannot be seen.
 */
export function proveContext(
  fn: Function,
  place: string,
  name: string,
  variables: RawScope['variables'],
): ProvenContext | undefined {
  let places = known.get(fn);
  if (!places) {
    places = new Map();
    known.set(fn, places);
  }
  if (places.has(place) && !places.get(place)) return undefined;
  const found = withInspector((inspector) => {
    // With numbers a snapshot takes twice as long, and they are rarely needed.
    const without = search(inspector, fn, name, variables, false);
    return without?.proven ? without : search(inspector, fn, name, variables, true);
  });
  if (found) places.set(place, found.proven);
  return found?.proven;
}

/** @returns `undefined` where the heap cannot be looked at just now. */
function search(
  inspector: OwnInspector,
  fn: Function,
  name: string,
  variables: RawScope['variables'],
  needsNumbers: boolean,
): { readonly proven: ProvenContext | undefined } | undefined {
  try {
    const place = placeInHeap(inspector, fn, needsNumbers);
    const context = place && contextOf(place, name, variables);
    if (context === undefined) return place && { proven: undefined };
    return { proven: { heap: place!.number, id: place!.graph.id(context) } };
  } catch {
    // An engine that tells less.
    return { proven: undefined };
  }
}

/** The context that holds a variable; `undefined` when that is not certain. */
function contextOf(place: PlaceInHeap, name: string, variables: RawScope['variables']): number | undefined {
  const { graph } = place;
  const around = [...contextsAround(place)];
  if (graph.hasNumbers) return around.find((context) => holds(graph, context, name));
  // What is said of a context names its function too, so that only one that says all of the names is certain.
  const names = Object.keys(variables);
  const found = around.filter((context) =>
    names.every((key) => heldIn(graph, context, key) !== undefined || mentions(graph, context, key)),
  );
  return found.length === 1 ? found[0] : undefined;
}
