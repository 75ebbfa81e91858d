import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';

import { withInspector } from './inspector.ts';

/** A heap snapshot as the engine gives it: flat lists of numbers, described by `meta`. */
interface HeapSnapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly edge_fields: readonly string[];
      readonly edge_types: readonly [readonly string[], ...unknown[]];
    };
  };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly strings: readonly string[];
}

/** Largest snapshot, in bytes, that is looked through; larger heaps would stop the program for seconds. */
const LARGEST = 300_000_000;

const known = new WeakMap<Function, { readonly value: unknown }>();

/**
 * The `this` that an arrow function took from the function around it; `undefined` when it cannot be found.
 *
 * The engine hides it from its list of scopes, so a snapshot of the heap is searched for it. That takes from a tenth of a
 * second to a few seconds, depending on the heap, and is done once per function.
 */
export function lexicalThis(fn: Function): { readonly value: unknown } | undefined {
  let found = known.get(fn);
  if (!found) {
    found = search(fn);
    if (found) known.set(fn, found);
  }
  return found;
}

function search(fn: Function): { readonly value: unknown } | undefined {
  return withInspector((inspector) => {
    try {
      // Asked first, so that the numbers of objects stay what they are in the snapshot.
      inspector.post('HeapProfiler.enable');
      const snapshot = takeSnapshot();
      const { heapSnapshotObjectId } = inspector.post<{ heapSnapshotObjectId: string }>(
        'HeapProfiler.getHeapObjectId',
        { objectId: inspector.handle(fn) },
      );
      const id = snapshot && thisOf(snapshot, Number(heapSnapshotObjectId));
      if (id === undefined || id === 'undefined') return id && { value: undefined };
      const { result } = inspector.post<{ result: { objectId?: string } }>('HeapProfiler.getObjectByHeapObjectId', {
        objectId: String(id),
        objectGroup: 'hypernodes',
      });
      return { value: inspector.value(result) };
    } finally {
      inspector.post('HeapProfiler.disable');
    }
  });
}

/** A snapshot of this thread's heap. It goes through a file because the inspector, from Node 22 on, gives none at once. */
function takeSnapshot(): HeapSnapshot | undefined {
  const file = join(tmpdir(), `hypernodes-${randomUUID()}.heapsnapshot`);
  try {
    writeHeapSnapshot(file);
    if (statSync(file).size > LARGEST) return undefined;
    return JSON.parse(readFileSync(file, 'utf8')) as HeapSnapshot;
  } finally {
    rmSync(file, { force: true });
  }
}

/** The number of what is `this` in the nearest context around a function that has one. */
function thisOf(
  { snapshot, nodes, edges, strings }: HeapSnapshot,
  functionId: number,
): number | 'undefined' | undefined {
  const { node_fields: nodeFields, edge_fields: edgeFields } = snapshot.meta;
  const [nodeSize, edgeSize] = [nodeFields.length, edgeFields.length];
  const [idAt, countAt] = [nodeFields.indexOf('id'), nodeFields.indexOf('edge_count')];
  const nodeNameAt = nodeFields.indexOf('name');
  const [typeAt, nameAt, toAt] = ['type', 'name_or_index', 'to_node'].map((field) => edgeFields.indexOf(field)) as [
    number,
    number,
    number,
  ];
  const [types] = snapshot.meta.edge_types;
  const [contextType, internalType] = [types.indexOf('context'), types.indexOf('internal')];
  const firstEdges = new Map<number, number>();
  let edge = 0;
  let at: number | undefined;
  for (let node = 0; node < nodes.length; node += nodeSize) {
    firstEdges.set(node, edge);
    edge += nodes[node + countAt]! * edgeSize;
    if (nodes[node + idAt] === functionId) at = node;
  }
  const target = (node: number, type: number, name: string): number | undefined => {
    const first = firstEdges.get(node)!;
    const end = first + nodes[node + countAt]! * edgeSize;
    for (let e = first; e < end; e += edgeSize) {
      if (edges[e + typeAt] === type && strings[edges[e + nameAt]!] === name) return edges[e + toAt];
    }
    return undefined;
  };
  at = at === undefined ? undefined : target(at, internalType, 'context');
  for (let depth = 0; at !== undefined && depth < 100; depth++) {
    const found = target(at, contextType, 'this');
    // It is no object of the program's, so it cannot be had by its number.
    if (found !== undefined && strings[nodes[found + nodeNameAt]!] === 'system / Oddball') return 'undefined';
    if (found !== undefined) return nodes[found + idAt];
    at = target(at, internalType, 'previous');
  }
  return undefined;
}
