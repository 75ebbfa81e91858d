import type { Encoder } from './encoder.ts';

/** A part of a payload, with what belongs to it. */
export interface Measured {
  readonly record: number;
  readonly value: object | symbol;
  readonly label: string | number;
  /** Its own bytes and those of everything that was first reached through it. */
  bytes: number;
  readonly children: Measured[];
}

/** Sizes of the parts of an encoded value. */
export interface Measurement {
  /** Without parts when the value is a primitive. */
  readonly root: Measured | undefined;
  /** The deepest part that still has most of what its surroundings have. */
  heaviest(): { readonly path: string; readonly bytes: number };
}

/** Measures what was encoded. */
export function measure(encoder: Encoder): Measurement {
  const parts: Measured[] = [];
  for (const { value, parent, label, bytes } of encoder.measured()) {
    const part: Measured = { record: parts.length, value, label, bytes, children: [] };
    parts.push(part);
    parts[parent]?.children.push(part);
  }
  // Parents come before children, so that from the end every part is complete before it is added.
  const parents = [...encoder.measured()].map(({ parent }) => parent);
  for (let at = parts.length - 1; at > 0; at--) {
    const parent = parts[parents[at]!];
    if (parent) parent.bytes += parts[at]!.bytes;
  }
  const root = parts[0];
  return { root, heaviest: () => heaviest(encoder, root) };
}

function heaviest(encoder: Encoder, root: Measured | undefined): { path: string; bytes: number } {
  if (!root) return { path: encoder.path(-1), bytes: encoder.bodies.length };
  let part = root;
  for (;;) {
    const child = part.children.find(({ bytes }) => bytes > part.bytes / 2);
    if (!child) return { path: encoder.path(part.record), bytes: part.bytes };
    part = child;
  }
}

/** `1.2 MB` */
export function printBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [unit, divisor] = bytes < 1e6 ? ['kB', 1e3] : bytes < 1e9 ? ['MB', 1e6] : ['GB', 1e9];
  return `${(bytes / divisor).toFixed(1)} ${unit}`;
}
