import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getHeapStatistics, writeHeapSnapshot } from 'node:v8';

/** A heap snapshot as the engine gives it: flat lists of numbers, described by `meta`. */
interface HeapSnapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly edge_fields: readonly string[];
      readonly node_types: readonly [readonly string[], ...unknown[]];
      readonly edge_types: readonly [readonly string[], ...unknown[]];
    };
  };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly strings: readonly string[];
}

/** Largest heap, in bytes, that is looked through; larger ones would stop the program for seconds. */
let largest = 500_000_000;

/** The objects of a heap as they were at one moment, and how they refer to each other. */
export class HeapGraph {
  readonly #nodes: readonly number[];
  readonly #edges: readonly number[];
  readonly #strings: readonly string[];
  readonly #nodeSize: number;
  readonly #edgeSize: number;
  readonly #fields: Readonly<Record<'type' | 'id' | 'nodeName' | 'edgeCount', number>>;
  readonly #edgeFields: Readonly<Record<'type' | 'name' | 'to', number>>;
  readonly #types: readonly string[];
  readonly #edgeTypes: readonly string[];
  /** Where the edges of each node begin, by number of the node. */
  readonly #firstEdges: Uint32Array;
  /** The number of each node, counted from 1, by its id. */
  readonly #byId: Uint32Array;
  /** Whether numbers are objects in it: without, a variable that holds a small one refers to nothing. */
  readonly hasNumbers: boolean;

  private constructor({ snapshot: { meta }, nodes, edges, strings }: HeapSnapshot, hasNumbers: boolean) {
    this.hasNumbers = hasNumbers;
    const { node_fields: nodeFields, edge_fields: edgeFields } = meta;
    this.#nodes = nodes;
    this.#edges = edges;
    this.#strings = strings;
    this.#nodeSize = nodeFields.length;
    this.#edgeSize = edgeFields.length;
    this.#fields = {
      type: nodeFields.indexOf('type'),
      id: nodeFields.indexOf('id'),
      nodeName: nodeFields.indexOf('name'),
      edgeCount: nodeFields.indexOf('edge_count'),
    };
    this.#edgeFields = {
      type: edgeFields.indexOf('type'),
      name: edgeFields.indexOf('name_or_index'),
      to: edgeFields.indexOf('to_node'),
    };
    [this.#types] = meta.node_types;
    [this.#edgeTypes] = meta.edge_types;
    this.#firstEdges = new Uint32Array(nodes.length / this.#nodeSize + 1);
    const count = this.#firstEdges.length - 1;
    let edge = 0;
    let lastId = 0;
    for (let i = 0; i < count; i++) {
      this.#firstEdges[i] = edge;
      edge += nodes[i * this.#nodeSize + this.#fields.edgeCount]! * this.#edgeSize;
      lastId = Math.max(lastId, nodes[i * this.#nodeSize + this.#fields.id]!);
    }
    this.#firstEdges[count] = edge;
    this.#byId = new Uint32Array(lastId + 1);
    for (let i = 0; i < count; i++) this.#byId[nodes[i * this.#nodeSize + this.#fields.id]!] = i + 1;
  }

  /**
   * Looks at this thread's heap, which takes from a tenth of a second to a few seconds; `undefined` for a heap that is too
   * large, and where no file can be written.
   */
  static take(hasNumbers: boolean): HeapGraph | undefined {
    const used = getHeapStatistics().used_heap_size;
    if (used > largest) return undefined;
    // It goes through a file because the inspector, from Node 22 on, gives none at once.
    const file = join(tmpdir(), `hypernodes-${randomUUID()}.heapsnapshot`);
    try {
      writeHeapSnapshot(file, { exposeNumericValues: hasNumbers });
      return new HeapGraph(JSON.parse(readFileSync(file, 'utf8')) as HeapSnapshot, hasNumbers);
    } catch {
      // Its text may be longer than strings can be: what takes so long is not tried again.
      largest = Math.min(largest, used);
      return undefined;
    } finally {
      rmSync(file, { force: true });
    }
  }

  /** The place of the object to which the engine gave that id; `undefined` for one that was made later. */
  find(id: number): number | undefined {
    const number = this.#byId[id];
    return number ? (number - 1) * this.#nodeSize : undefined;
  }

  id(node: number): number {
    return this.#nodes[node + this.#fields.id]!;
  }

  /** `undefined` or `null` in a box, if the node is one of these, which are no objects of the program's. */
  nothing(node: number): { readonly value: null | undefined } | undefined {
    if (this.#types[this.#nodes[node + this.#fields.type]!] !== 'hidden') return undefined;
    const name = this.#name(node);
    // Node 20 and 22 call both by what they are for the engine, and refer to the word.
    const word = name === 'system / Oddball' ? this.follow(node, 'hidden', 0) : undefined;
    switch (word === undefined ? name : this.#name(word)) {
      case 'undefined':
        return { value: undefined };
      case 'null':
        return { value: null };
      default:
        return undefined;
    }
  }

  #name(node: number): string {
    return this.#strings[this.#nodes[node + this.#fields.nodeName]!]!;
  }

  /** Where the edge of that type and name or number leads from a node. */
  follow(node: number, type: string, name: string | number): number | undefined {
    for (const edge of this.#edgesOf(node, type)) {
      const nameOrIndex = this.#edges[edge + this.#edgeFields.name]!;
      if ((typeof name === 'number' ? nameOrIndex : this.#strings[nameOrIndex]) === name)
        return this.#edges[edge + this.#edgeFields.to];
    }
    return undefined;
  }

  hasEdge(node: number, type: string): boolean {
    return !this.#edgesOf(node, type).next().done;
  }

  /** Whether a node refers to that text by an edge of that type. */
  refersToText(node: number, type: string, text: string): boolean {
    for (const edge of this.#edgesOf(node, type)) {
      if (this.#name(this.#edges[edge + this.#edgeFields.to]!) === text) return true;
    }
    return false;
  }

  *#edgesOf(node: number, type: string): Generator<number> {
    const ordinal = node / this.#nodeSize;
    const wanted = this.#edgeTypes.indexOf(type);
    for (let edge = this.#firstEdges[ordinal]!; edge < this.#firstEdges[ordinal + 1]!; edge += this.#edgeSize) {
      if (this.#edges[edge + this.#edgeFields.type] === wanted) yield edge;
    }
  }
}
