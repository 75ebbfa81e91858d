import { fieldArrows } from './field-arrows.ts';
import { HeapGraph } from './heap-graph.ts';
import { atEndOfGo, type OwnInspector, withInspector } from './inspector.ts';

/** More contexts than any function stands in. */
const FARTHEST = 100;

const known = new WeakMap<Function, { readonly value: unknown }>();
/** As of the go that is under way. */
let heap: HeapGraph | undefined;

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
    const place = placeOf(inspector, fn);
    const found = place === undefined ? undefined : thisAround(heap!, place);
    if (found === undefined) return undefined;
    return heap!.nothing(found) ?? { value: inspector.valueOfHeapId(heap!.id(found)) };
  } catch {
    // A primitive, or an engine that tells less: the answer is "unknown".
    return undefined;
  }
}

/** The place of a function in the heap; looks at the heap again if the function was not there yet. */
function placeOf(inspector: OwnInspector, fn: Function): number | undefined {
  const place = heap?.find(inspector.heapId(fn));
  if (place !== undefined) return place;
  if (heap === undefined) {
    atEndOfGo(() => {
      heap = undefined;
    });
  }
  heap = HeapGraph.take();
  // Objects have ids from the first snapshot on.
  return heap?.find(inspector.heapId(fn));
}

/** What is `this` in the nearest context around a function that has one. */
function thisAround(graph: HeapGraph, fn: number): number | undefined {
  let context = graph.follow(fn, 'internal', 'context');
  for (let depth = 0; context !== undefined && depth < FARTHEST; depth++) {
    const found = graph.follow(context, 'context', 'this');
    if (found !== undefined) return found;
    context = graph.follow(context, 'internal', 'previous');
  }
  return undefined;
}
