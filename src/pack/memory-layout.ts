import type { ByteWriter } from './byte-writer.ts';

const ALIGNMENT = 8;

/** A stretch of memory that is kept as it is. */
interface Segment {
  readonly bytes: Uint8Array;
  /** Where it begins, modulo the alignment of the widest elements. */
  readonly shift: number;
}

interface View {
  readonly buffer: ArrayBuffer;
  readonly start: number;
  readonly end: number;
  readonly record: number;
}

interface Place {
  readonly segment: number;
  readonly offset: number;
}

/**
 * The memory that typed arrays and buffers look at, and where in the payload it goes.
 *
 * Views that overlap stay together, so that they share their bytes on the other side too. Others travel alone: Node cuts
 * small buffers from one pool, and none of them takes the pool along. A buffer that is a value itself travels whole.
 */
export class MemoryLayout {
  readonly #views: View[] = [];
  readonly #buffers = new Map<ArrayBuffer, number>();
  /** Record by segment, to tell what takes how much. */
  readonly #owners: number[] = [];
  #segments: Segment[] = [];

  /** @returns The number of the view. */
  addView(view: ArrayBufferView, record: number): number {
    const { byteOffset, byteLength } = view;
    this.#views.push({ buffer: view.buffer as ArrayBuffer, start: byteOffset, end: byteOffset + byteLength, record });
    return this.#views.length - 1;
  }

  /** @returns The number of the buffer. */
  addBuffer(buffer: ArrayBuffer, record: number): number {
    this.#buffers.set(buffer, record);
    return this.#buffers.size - 1;
  }

  /** Describes the layout, once everything is known. */
  write(front: ByteWriter): void {
    this.#segments = [];
    this.#owners.length = 0;
    const places = new Map<View, Place>();
    const wholes = new Map<ArrayBuffer, number>();
    for (const [buffer, record] of this.#buffers)
      wholes.set(buffer, this.#add(buffer, 0, buffer.byteLength, 0, record));
    for (const group of this.#groups()) {
      const { buffer, start, record } = group[0]!;
      const end = group.reduce((last, view) => Math.max(last, view.end), start);
      const whole = wholes.get(buffer);
      const shift = group.length > 1 ? start % ALIGNMENT : 0;
      const segment = whole ?? this.#add(buffer, start, end, shift, record);
      const from = whole === undefined ? start : 0;
      for (const view of group) places.set(view, { segment, offset: view.start - from });
    }
    front.unsigned(this.#segments.length);
    for (const { bytes, shift } of this.#segments) {
      front.unsigned(bytes.length);
      front.byte(shift);
    }
    front.unsigned(this.#buffers.size);
    for (const buffer of this.#buffers.keys()) {
      front.unsigned(wholes.get(buffer)!);
      front.unsigned(maximumLength(buffer));
    }
    front.unsigned(this.#views.length);
    for (const view of this.#views) {
      const place = places.get(view)!;
      front.unsigned(place.segment);
      front.unsigned(place.offset);
      front.unsigned(view.end - view.start);
    }
  }

  /** Where each segment begins in a payload whose memory begins at `start`, and where it all ends. */
  place(start: number): { readonly offsets: readonly number[]; readonly end: number } {
    return placeSegments(
      this.#segments.map(({ bytes, shift }) => ({ length: bytes.length, shift })),
      start,
    );
  }

  /** Puts the memory where `place` says, and zeros between, from `start` on. */
  copy(payload: Uint8Array, offsets: readonly number[], start: number): void {
    let at = start;
    for (const [i, { bytes }] of this.#segments.entries()) {
      payload.fill(0, at, offsets[i]);
      payload.set(bytes, offsets[i]);
      at = offsets[i]! + bytes.length;
    }
  }

  /** How many bytes of memory each record keeps. */
  sizes(): Map<number, number> {
    const sizes = new Map<number, number>();
    this.#segments.forEach(({ bytes }, i) => {
      const owner = this.#owners[i]!;
      sizes.set(owner, (sizes.get(owner) ?? 0) + bytes.length);
    });
    return sizes;
  }

  #add(buffer: ArrayBuffer, start: number, end: number, shift: number, record: number): number {
    this.#segments.push({ bytes: new Uint8Array(buffer, start, end - start), shift });
    this.#owners.push(record);
    return this.#segments.length - 1;
  }

  /** Views that belong together: those of a buffer that travels whole, and those that overlap. In the order of finding. */
  #groups(): View[][] {
    const byBuffer = new Map<ArrayBuffer, View[]>();
    for (const view of this.#views) {
      const known = byBuffer.get(view.buffer);
      if (known) known.push(view);
      else byBuffer.set(view.buffer, [view]);
    }
    return [...byBuffer].flatMap(([buffer, views]) => (this.#buffers.has(buffer) ? [views] : overlapping(views)));
  }
}

function overlapping(views: View[]): View[][] {
  if (views.length === 1) return [views];
  const groups: View[][] = [];
  let end = -1;
  for (const view of [...views].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (view.start < end) groups.at(-1)!.push(view);
    else groups.push([view]);
    end = Math.max(end, view.end);
  }
  return groups.sort((a, b) => first(a) - first(b));
}

const first = (group: readonly View[]): number => Math.min(...group.map((view) => view.record));

/** 0 for buffers of fixed length, otherwise one more than they can grow to. */
function maximumLength(buffer: ArrayBuffer): number {
  const { resizable, maxByteLength } = buffer as ArrayBuffer & { resizable?: boolean; maxByteLength?: number };
  return resizable ? maxByteLength! + 1 : 0;
}

/** Offsets of segments one after the other, each aligned for any element type. */
export function placeSegments(
  segments: readonly { readonly length: number; readonly shift: number }[],
  start: number,
): { readonly offsets: readonly number[]; readonly end: number } {
  let end = start;
  const offsets = segments.map(({ length, shift }) => {
    const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT + shift;
    end = offset + length;
    return offset;
  });
  return { offsets, end };
}
