import v8 from 'node:v8';
import { crc32 } from 'node:zlib';
import { node, Pipeline } from 'hypernodes';
import { pack, unpack } from 'hypernodes/pack';
import type { Program } from '../harness/case.ts';
import { range } from './workloads.ts';

interface Two {
  runSync(inputs: { x: number }): { sum: number };
}

function twoNodes(factor: number, offset: { readonly by: number }): Two {
  const doubled = node('doubled', ({ x }: { x: number }) => x * factor);
  const sum = node('sum', ({ doubled: value }: { doubled: number }) => value + offset.by);
  return new Pipeline({ nodes: [doubled, sum], name: 'two' });
}

const answerOf = (bytes: Uint8Array): number => (unpack(bytes) as Two).runSync({ x: 5 }).sum;

/** What the smallest message between processes costs. */
export function cloneNumber(value: number): Program {
  return () => structuredClone(value);
}

/** The same pipeline, over and over. */
export function packAgain(): Program {
  const two = twoNodes(3, { by: 2 });
  const answer = answerOf(pack(two));
  return () => (pack(two).length > 0 ? answer : 0);
}

/** Each time a pipeline of functions that were not packed before. */
export function packNewFunctions(): Program {
  const answer = answerOf(pack(twoNodes(3, { by: 2 })));
  return () => (pack(twoNodes(3, { by: 2 })).length > 0 ? answer : 0);
}

/** From bytes to a pipeline that has run. */
export function unpackAgain(): Program {
  const bytes = pack(twoNodes(3, { by: 2 }));
  return () => answerOf(bytes);
}

function rowsOf(count: number): object[] {
  return range(count).map((id) => ({
    id,
    name: `row ${id}`,
    score: id / 7,
    tags: ['a', `b${id % 10}`],
    nested: { x: id, y: [id, id + 1] },
  }));
}

/** Plain data through what V8 offers. */
export function serializeRows(count: number): Program {
  const rows = rowsOf(count);
  return () => (v8.deserialize(v8.serialize(rows)) as object[]).length;
}

/** Plain data through `pack`. */
export function packRows(count: number): Program {
  const rows = rowsOf(count);
  return () => (unpack(pack(rows)) as object[]).length;
}

const floats = (): Float32Array => new Float32Array(12_500_000).fill(1.5);

/** The least that makes sure of bytes. */
export function checkBytes(): Program {
  const bytes = pack(floats());
  return () => (crc32(bytes) >= 0 ? 1.5 : 0);
}

/** Bytes through what V8 offers. */
export function deserializeBytes(): Program {
  const bytes = v8.serialize(floats());
  return () => (v8.deserialize(bytes) as Float32Array).at(-1);
}

/** Bytes through `unpack`. */
export function unpackBytes(): Program {
  const bytes = pack(floats());
  return () => (unpack(bytes) as Float32Array).at(-1);
}
