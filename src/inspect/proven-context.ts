import { contextsAround, heldIn, holds, mentions } from './heap-contexts.ts';
import { type OwnInspector, type RawScope, withInspector } from './inspector.ts';
import { type PlaceInHeap, placeInHeap } from './recent-heap.ts';

/** Which instance of a scope a function stands in. */
export interface ProvenContext {
  /** Ids from different heaps don't compare. */
  readonly heap: number;
  readonly id: number;
}

/** By function and scope. A function stays in the instance that it was made in, so that answers hold for good. */
const known = new WeakMap<Function, Map<string, ProvenContext>>();

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
  const proven = withInspector((inspector) => {
    try {
      // With numbers a snapshot takes twice as long, and they are rarely needed.
      return search(inspector, fn, name, variables, false) ?? search(inspector, fn, name, variables, true);
    } catch {
      // An engine that tells less.
      return undefined;
    }
  });
  if (!proven) return undefined;
  let places = known.get(fn);
  if (!places) {
    places = new Map();
    known.set(fn, places);
  }
  places.set(place, proven);
  return proven;
}

function search(
  inspector: OwnInspector,
  fn: Function,
  name: string,
  variables: RawScope['variables'],
  needsNumbers: boolean,
): ProvenContext | undefined {
  const place = placeInHeap(inspector, fn, needsNumbers);
  const context = place && contextOf(place, name, variables);
  return context === undefined ? undefined : { heap: place!.number, id: place!.graph.id(context) };
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
