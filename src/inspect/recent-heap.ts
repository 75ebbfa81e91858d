import { setTimeout } from 'node:timers';
import { HeapGraph } from './heap-graph.ts';
import { atEndOfGo, goNumber, type OwnInspector, withInspector } from './inspector.ts';
import { listScripts } from './scripts.ts';

/** How long a snapshot is kept, in ms: who packs one thing often packs the next. */
const KEPT = 1000;

interface Look {
  /** `undefined` where the heap cannot be looked at. */
  readonly graph: HeapGraph | undefined;
  readonly go: number | undefined;
}

/** A value in the heap. */
export interface PlaceInHeap {
  readonly graph: HeapGraph;
  readonly node: number;
  /** Ids from looks with different numbers don't compare. */
  readonly number: number;
}

let last: Look | undefined;
let number = 0;
/** Whether objects still have the ids of the last look. */
let hasIds = false;
let kept: NodeJS.Timeout | undefined;

/**
 * Where in the heap a value is; `undefined` where the heap cannot be looked at.
 *
 * What a function stands in never changes, so that a snapshot answers for all functions that there were. Another one is
 * taken only for those that were made since, or for numbers.
 *
 * @param needsNumbers Whether variables have to be seen that hold numbers.
 */
export function placeInHeap(inspector: OwnInspector, value: unknown, needsNumbers = false): PlaceInHeap | undefined {
  const recent = recentPlace(inspector, value, needsNumbers);
  if (recent) return recent;
  // Once it was refused or failed, it is not tried again for each function.
  const isRefused = last !== undefined && !last.graph && last.go === goNumber();
  const graph = isRefused ? undefined : look(needsNumbers);
  return graph && find(inspector, graph, value);
}

/** The same as far as the last snapshot shows it, if there was one just now. */
export function recentPlace(inspector: OwnInspector, value: unknown, needsNumbers = false): PlaceInHeap | undefined {
  const graph = last?.graph;
  return graph && (graph.hasNumbers || !needsNumbers) ? find(inspector, graph, value) : undefined;
}

function find(inspector: OwnInspector, graph: HeapGraph, value: unknown): PlaceInHeap | undefined {
  const node = graph.find(inspector.heapId(value));
  return node === undefined ? undefined : { graph, node, number };
}

function look(hasNumbers: boolean): HeapGraph | undefined {
  if (!hasIds) number++;
  hasIds = true;
  // The one before would be part of the next.
  last = undefined;
  // A snapshot has the line of every function. Node 20 counts them from the top of its script, for 20 s where TypeScript is
  // loaded, unless the debugger has asked for the lines of that script before.
  withInspector(listScripts);
  const graph = HeapGraph.take(hasNumbers);
  last = { graph, go: goNumber() };
  clearTimeout(kept);
  atEndOfGo(() => {
    clearTimeout(kept);
    kept = setTimeout(forget, KEPT).unref();
  });
  return graph;
}

function forget(): void {
  last = undefined;
  hasIds = false;
  withInspector((inspector) => inspector.forgetHeapIds());
}
