import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileInfo } from '../file-info.ts';
import { DROPPED } from './entry-table.ts';
import { type Fingerprints, fingerprint } from './key-bytes.ts';
import { BLOB, blobNameAt, decodeRecord, keyAt, NOTE, TEXT, TOMBSTONE } from './record-format.ts';
import type { Segment } from './segments.ts';
import type { Store } from './store.ts';

/** Finished segments below this size are small; this many of them are merged. */
const SMALL_BYTES = 1 << 20;
const MANY_SMALL = 16;

/** Milliseconds between two searches for orphans. */
const SWEEP_EVERY = 86_400_000;
/** Milliseconds for which notes are kept that nobody reads. */
const NOTES_KEPT = 30 * 86_400_000;

const print: Fingerprints = new Uint32Array(2);

/** Name of the file that holds a row's value. */
function blobOf(store: Store, row: number): string | undefined {
  if (!(store.table.flags(row) & BLOB)) return undefined;
  const bytes = store.view(row, false);
  const { at } = store.segments;
  return decodeRecord(bytes, at) === undefined ? undefined : blobNameAt(bytes, at);
}

/** Removes the file of a deleted value, unless another entry has an equal one. */
export function removeBlob(store: Store, name: string, size: number): void {
  const { table } = store;
  for (let row = 0; row < table.rows; row++) {
    if (table.size(row) === size && table.isEntry(row) && blobOf(store, row) === name) return;
  }
  store.blobs.remove(name);
}

/** Bytes of each segment that its rows still speak of, by id. */
function liveBytes(store: Store): Float64Array {
  const live = new Float64Array(store.segments.all.length);
  const { table } = store;
  for (let row = 0; row < table.rows; row++) {
    if (!(table.flags(row) & DROPPED)) live[table.segment(row)]! += table.length(row);
  }
  return live;
}

const present = (store: Store): Segment[] => store.segments.all.filter(({ gone }) => !gone);

/**
 * Removes the least recently used entries until at most `maxBytes` are on disk; returns how many bytes that freed.
 * Segments that others are writing are left alone.
 */
export function evict(store: Store, maxBytes: number): number {
  store.refresh(true);
  store.seal();
  const { table } = store;
  const blobs = new Map<string, { bytes: number; users: number }>();
  const evictable: number[] = [];
  let kept = 0;
  for (let row = 0; row < table.rows; row++) {
    if (table.flags(row) & DROPPED) continue;
    kept += table.length(row);
    if (!table.isEntry(row) && !(table.flags(row) & NOTE)) continue;
    evictable.push(row);
    const name = blobOf(store, row);
    if (name === undefined) continue;
    const blob = blobs.get(name);
    if (blob !== undefined) blob.users++;
    else {
      blobs.set(name, { bytes: table.size(row), users: 1 });
      kept += table.size(row);
    }
  }
  const onDisk = (): number => {
    let bytes = 0;
    for (const segment of present(store)) bytes += segment.scanned;
    for (const blob of blobs.values()) bytes += blob.bytes;
    return bytes;
  };
  const before = onDisk();
  let freed = 0;
  if (before > maxBytes) {
    freed += store.blobs.sweep((name) => blobs.has(name));
    // Without a note a run takes longer, without an entry it does again what was done.
    const isEntry = (row: number): number => Number(table.isEntry(row));
    evictable.sort((a, b) => isEntry(a) - isEntry(b) || table.used(a) - table.used(b) || table.time(a) - table.time(b));
    for (const row of evictable) {
      if (kept <= maxBytes) break;
      kept -= table.length(row);
      const name = blobOf(store, row);
      const blob = name === undefined ? undefined : blobs.get(name);
      if (name !== undefined && blob !== undefined && --blob.users === 0) {
        kept -= blob.bytes;
        blobs.delete(name);
        store.blobs.remove(name);
      }
      table.drop(row);
    }
    const live = liveBytes(store);
    const dead = (segment: Segment): number => segment.scanned - live[segment.id]!;
    const wasteful = present(store).filter((segment) => segment.sealed && dead(segment) > 0);
    for (const segment of wasteful.sort((a, b) => live[a.id]! / a.scanned - live[b.id]! / b.scanned)) {
      if (onDisk() <= maxBytes) break;
      rewrite(store, segment, true);
    }
  }
  return freed + before - onDisk();
}

/** Copies what is still wanted of a finished segment into the own one and removes it. */
function rewrite(store: Store, segment: Segment, mayDrop: boolean): void {
  const { table, segments } = store;
  const live = liveBytes(store);
  // A deletion is forgotten only when no older record of the key can be left.
  const deletionsMatter = present(store).some((other) => other !== segment && other.scanned > live[other.id]!);
  for (let row = 0; row < table.rows; row++) {
    if (table.segment(row) !== segment.id || table.flags(row) & DROPPED) continue;
    if (table.flags(row) & TOMBSTONE && !deletionsMatter) continue;
    if (table.flags(row) & NOTE && Date.now() - table.used(row) > NOTES_KEPT) continue;
    const bytes = store.view(row, true);
    const { at } = segments;
    const head = decodeRecord(bytes, at);
    if (head === undefined || head.end > bytes.length) continue;
    fingerprint(keyAt(bytes, at), print);
    const [low, high] = [print[0]!, print[1]!];
    const { flags, time } = head;
    const [size, used] = [table.size(row), table.used(row)];
    const copy = { low, high, segment: 0, flags, offset: 0, length: 0, size, time, used };
    try {
      store.appendRaw(bytes.subarray(at, head.end), copy);
    } catch (error) {
      if (!mayDrop) throw error;
      // On a full disk room can only be made by giving up entries.
      if (head.flags & TEXT) continue;
      break;
    }
  }
  store.removeSegment(segment);
}

/** Removes what killed processes left behind; once a day for a directory. */
function sweep(store: Store): void {
  const marker = join(store.path, 'swept');
  if (Date.now() - (fileInfo(marker)?.mtimeMs ?? 0) < SWEEP_EVERY) return;
  writeFileSync(marker, '');
  const { table } = store;
  const used = new Set<string | undefined>();
  for (let row = 0; row < table.rows; row++) if (table.isEntry(row)) used.add(blobOf(store, row));
  store.blobs.sweep((name) => used.has(name));
  store.segments.sweep();
}

/** Merges many small segments, and rewrites those that hold mostly what nobody will ask for. */
export function tidy(store: Store): void {
  if (fileInfo(store.path) !== undefined) sweep(store);
  const live = liveBytes(store);
  const sealed = present(store).filter((segment) => segment.sealed);
  const small = sealed.filter((segment) => segment.scanned < SMALL_BYTES);
  const wasteful = sealed.filter(
    (segment) => segment.scanned >= SMALL_BYTES && live[segment.id]! < segment.scanned / 2,
  );
  for (const segment of [...(small.length >= MANY_SMALL ? small : []), ...wasteful]) rewrite(store, segment, false);
}
