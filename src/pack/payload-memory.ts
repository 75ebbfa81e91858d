import type { ByteReader } from './byte-reader.ts';
import { corrupt } from './corrupt.ts';
import { viewTypes } from './format.ts';
import { placeSegments } from './memory-layout.ts';

interface Segment {
  readonly length: number;
  readonly offset: number;
  /** Where it begins in a buffer of its own, so that the elements of all its views lie right. */
  readonly shift: number;
  /** The buffer that was a value itself, once it is made. */
  buffer: ArrayBuffer | undefined;
  /** Whether it is a buffer of its own, because the buffer is a value, or because the views on it could not share the payload. */
  readonly isOwn: boolean;
  readonly maximum: number;
}

/** Makes typed arrays that look at the payload itself where its bytes lie right for them. */
export class PayloadMemory {
  readonly #payload: Uint8Array;
  readonly #segments: readonly Segment[];
  readonly #buffers: readonly number[];
  readonly #views: readonly { readonly segment: number; readonly offset: number; readonly length: number }[];

  constructor(
    payload: Uint8Array,
    segments: readonly Segment[],
    buffers: readonly number[],
    views: readonly { segment: number; offset: number; length: number }[],
  ) {
    this.#payload = payload;
    this.#segments = segments;
    this.#buffers = buffers;
    this.#views = views;
  }

  buffer(index: number): ArrayBuffer {
    const segment = this.#segments[this.#buffers[index] ?? -1];
    if (!segment) throw corrupt('it lacks a buffer');
    segment.buffer ??= this.#own(segment);
    return segment.buffer;
  }

  view(typeIndex: number, index: number): ArrayBufferView {
    const view = this.#views[index];
    const segment = view && this.#segments[view.segment];
    const type = viewTypes[typeIndex];
    if (!segment || type === undefined) throw corrupt('it lacks the memory of a typed array');
    const { offset, length } = view;
    if (offset + length > segment.length) throw corrupt('a typed array in it is larger than its memory');
    const size = elementSize(type);
    if (length % size !== 0) throw corrupt('a typed array in it ends within an element');
    if (segment.isOwn) segment.buffer ??= this.#own(segment);
    const [buffer, at] = segment.buffer
      ? [segment.buffer, segment.shift + offset]
      : [this.#payload.buffer as ArrayBuffer, this.#payload.byteOffset + segment.offset + offset];
    // Where the payload itself lies askew in memory, the only view of a segment gets a copy.
    if (at % size === 0) return makeView(type, buffer, at, length / size);
    if (segment.buffer) throw corrupt('a typed array in it begins within an element');
    segment.buffer = this.#own(segment);
    return makeView(type, segment.buffer, segment.shift + offset, length / size);
  }

  #own(segment: Segment): ArrayBuffer {
    const bytes = this.#payload.subarray(segment.offset, segment.offset + segment.length);
    const options = segment.maximum > 0 ? { maxByteLength: segment.maximum - 1 } : undefined;
    const buffer = new (ArrayBuffer as new (length: number, options?: object) => ArrayBuffer)(
      segment.shift + segment.length,
      options,
    );
    new Uint8Array(buffer).set(bytes, segment.shift);
    return buffer;
  }
}

/** Reads the layout of a payload's memory, which begins at `start` at the earliest. */
export function readMemory(front: ByteReader, payload: Uint8Array, start: number): PayloadMemory {
  const sizes = list(front, () => ({ length: front.unsigned(), shift: front.byte() }));
  const buffers = list(front, () => ({ segment: front.unsigned(), maximum: front.unsigned() }));
  const views = list(front, () => ({ segment: front.unsigned(), offset: front.unsigned(), length: front.unsigned() }));
  const { offsets, end } = placeSegments(sizes, start);
  if (sizes.length > 0 ? end !== payload.length : start !== payload.length) throw corrupt('its length is wrong');
  const maxima = new Map(buffers.map(({ segment, maximum }) => [segment, maximum]));
  for (const { segment, maximum } of buffers) {
    if (maximum > 0 && maximum - 1 < (sizes[segment]?.length ?? 0))
      throw corrupt('a buffer in it is larger than it may be');
  }
  const isAskew = payload.byteOffset % 8 !== 0;
  const segments = sizes.map(({ length, shift }, i) => ({
    length,
    offset: offsets[i]!,
    shift: maxima.has(i) ? 0 : shift,
    buffer: undefined,
    isOwn: maxima.has(i) || (isAskew && views.filter((view) => view.segment === i).length > 1),
    maximum: maxima.get(i) ?? 0,
  }));
  return new PayloadMemory(
    payload,
    segments,
    buffers.map(({ segment }) => segment),
    views,
  );
}

function list<Item>(front: ByteReader, item: () => Item): Item[] {
  return Array.from({ length: front.count() }, item);
}

type ViewType = (typeof viewTypes)[number];
type ViewConstructor = new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView;

function constructorOf(type: Exclude<ViewType, 'Buffer'>): ViewConstructor & { BYTES_PER_ELEMENT?: number } {
  const made = (globalThis as Record<string, unknown>)[type];
  if (typeof made !== 'function') throw corrupt(`it has a ${type}, which this version of Node does not know`);
  return made as ViewConstructor;
}

function elementSize(type: ViewType): number {
  return type === 'Buffer' ? 1 : (constructorOf(type).BYTES_PER_ELEMENT ?? 1);
}

function makeView(type: ViewType, buffer: ArrayBuffer, offset: number, length: number): ArrayBufferView {
  return type === 'Buffer' ? Buffer.from(buffer, offset, length) : new (constructorOf(type))(buffer, offset, length);
}
