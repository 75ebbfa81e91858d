import type { EntryTable } from './entry-table.ts';
import { type Fingerprints, fingerprint } from './key-bytes.ts';
import { BLOB, decodeRecord, keyAt, MAGIC_BYTES } from './record-format.ts';
import type { Segment, Segments } from './segments.ts';

/** Bytes read at once. */
const STEP = 8 << 20;
const print: Fingerprints = new Uint32Array(2);

/**
 * Indexes the records of a segment that are not indexed yet. Damaged stretches are stepped over; what is incomplete at
 * the end is left for later, since its writer may be at work.
 */
export function scanSegment(segments: Segments, segment: Segment, size: number, table: EntryTable): void {
  let step = STEP;
  while (segment.scanned < size) {
    const start = segment.scanned;
    const wanted = Math.min(step, size - start);
    const bytes = segments.read(segment, Buffer.allocUnsafeSlow(wanted), start);
    const end = indexRecords(bytes, segment, table);
    segment.scanned = start + end;
    if (start + bytes.length >= size || bytes.length < wanted) return;
    // Nothing whole in so many bytes: either one very long record, or damage up to the end of them.
    step = end === 0 ? step * 2 : STEP;
  }
}

/** Indexes all whole records of these bytes; returns where the first incomplete one starts. */
function indexRecords(bytes: Buffer, segment: Segment, table: EntryTable): number {
  let at = 0;
  let whole = 0;
  while (at < bytes.length) {
    const head = decodeRecord(bytes, at);
    if (head === undefined || !(head.end > at)) {
      at = bytes.indexOf(MAGIC_BYTES, at + 1);
      if (at < 0) break;
      continue;
    }
    if (head.end > bytes.length) break;
    fingerprint(keyAt(bytes, at), print);
    table.set({
      low: print[0]!,
      high: print[1]!,
      segment: segment.id,
      flags: head.flags & 0x7f,
      offset: segment.scanned + at,
      length: head.end - at,
      size: head.flags & BLOB ? head.valueBytes : 0,
      time: head.time,
      used: head.time,
    });
    at = head.end;
    whole = at;
  }
  return whole;
}
