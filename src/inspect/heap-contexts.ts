import type { HeapGraph } from './heap-graph.ts';
import type { PlaceInHeap } from './recent-heap.ts';

/** More contexts than any function stands in. */
const FARTHEST = 1000;

/** The contexts that a function stands in, innermost first: what the engine makes of scopes when it enters them. */
export function* contextsAround({ graph, node }: PlaceInHeap): Generator<number> {
  let context = graph.follow(node, 'internal', 'context');
  for (let depth = 0; context !== undefined && depth < FARTHEST; depth++) {
    yield context;
    context = graph.follow(context, 'internal', 'previous');
  }
}

/** What a variable of a context holds; `undefined` for those of blocks, and without numbers for small ones. */
export function heldIn(graph: HeapGraph, context: number, name: string): number | undefined {
  return graph.follow(context, 'context', name);
}

/** Whether the engine's description of a context says that name: as that of a variable, or of the function. */
export function mentions(graph: HeapGraph, context: number, name: string): boolean {
  const description = graph.follow(context, 'internal', 'scope_info');
  return description !== undefined && graph.refersToText(description, 'hidden', name);
}

/** Whether a context has that variable, in a graph with numbers. */
export function holds(graph: HeapGraph, context: number, name: string): boolean {
  if (heldIn(graph, context, name) !== undefined) return true;
  // Those of blocks show none of their variables, and have no function whose name could be meant.
  return !graph.hasEdge(context, 'context') && mentions(graph, context, name);
}
