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

/** Longest snapshot, in characters, that is looked through; larger heaps would stop the program for seconds. */
const LARGEST = 300_000_000;

const known = new WeakMap<Function, { readonly value: unknown }>();

/**
 * The `this` that an arrow function took from the function around it; `undefined` when it cannot be found.
 *
 * The engine hides it from its list of scopes, so a snapshot of the heap is searched for it. That takes from a tenth of a
 * second to a few seconds, depending on the heap, and is done once per function. Node 20 only.
 */
export function lexicalThis(fn: Function): { readonly value: unknown } | undefined {
  let found = known.get(fn);
  if (!found) {
    found = search(fn);
    if (found) known.set(fn, found);
  }
  return found;
}

/** From Node 22 on, the inspector answers a request for a snapshot only after the code that asked has ended. */
const ANSWERS_AT_ONCE = Number.parseInt(process.versions.node, 10) < 22;

function search(fn: Function): { readonly value: unknown } | undefined {
  if (!ANSWERS_AT_ONCE) return undefined;
  return withInspector((inspector) => {
    let length = 0;
    const chunks: string[] = [];
    const forget = inspector.listen('HeapProfiler.addHeapSnapshotChunk', ({ params }) => {
      const { chunk } = params as { chunk: string };
      length += chunk.length;
      if (length <= LARGEST) chunks.push(chunk);
    });
    try {
      inspector.post('HeapProfiler.enable');
      inspector.post('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
      if (length > LARGEST) return undefined;
      const { heapSnapshotObjectId } = inspector.post<{ heapSnapshotObjectId: string }>(
        'HeapProfiler.getHeapObjectId',
        {
          objectId: inspector.handle(fn),
        },
      );
      const id = thisOf(JSON.parse(chunks.join('')) as HeapSnapshot, Number(heapSnapshotObjectId));
      if (id === undefined) return undefined;
      const { result } = inspector.post<{ result: { objectId?: string } }>('HeapProfiler.getObjectByHeapObjectId', {
        objectId: String(id),
        objectGroup: 'hypernodes',
      });
      return { value: inspector.value(result) };
    } finally {
      inspector.post('HeapProfiler.disable');
      forget();
    }
  });
}

/** The number of the object that is `this` in the nearest context around a function that has one. */
function thisOf({ snapshot, nodes, edges, strings }: HeapSnapshot, functionId: number): number | undefined {
  const { node_fields: nodeFields, edge_fields: edgeFields } = snapshot.meta;
  const [nodeSize, edgeSize] = [nodeFields.length, edgeFields.length];
  const [idAt, countAt] = [nodeFields.indexOf('id'), nodeFields.indexOf('edge_count')];
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
    if (found !== undefined) return nodes[found + idAt];
    at = target(at, internalType, 'previous');
  }
  return undefined;
}
