import { describeError } from './describe-error.ts';
import { describeValue } from './describe-value.ts';
import { shortened } from './shortened.ts';

const MOST_DEPTH = 5;
const MOST_ENTRIES = 50;
/** Of all texts, keys included, together. */
const MOST_CHARACTERS = 10_000;

/** What a node hands to its log, as plain data of limited size: what is too large or not plain is described instead. */
export function boundedData(data: unknown): unknown {
  try {
    return bounded(data, 0, { left: MOST_CHARACTERS });
  } catch {
    // A getter or a proxy may throw.
    return describeValue(data);
  }
}

function bounded(value: unknown, depth: number, room: { left: number }): unknown {
  if (typeof value === 'string') {
    const text = shortened(value, Math.max(0, room.left));
    room.left -= text.length;
    return text;
  }
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined) return value;
  if (typeof value !== 'object') return describeValue(value);
  if (value instanceof Error) return describeError(value);
  if (value instanceof Date) return value;
  if (depth === MOST_DEPTH || room.left <= 0) return describeValue(value);
  if (Array.isArray(value)) {
    const items = value.slice(0, MOST_ENTRIES).map((item) => bounded(item, depth + 1, room));
    return value.length > MOST_ENTRIES ? [...items, `… ${value.length - MOST_ENTRIES} more`] : items;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return describeValue(value);
  const names = Object.keys(value);
  const record: Record<string, unknown> = {};
  for (const name of names.slice(0, MOST_ENTRIES)) {
    room.left -= name.length;
    record[name] = bounded((value as Record<string, unknown>)[name], depth + 1, room);
  }
  if (names.length > MOST_ENTRIES) record['…'] = `${names.length - MOST_ENTRIES} more`;
  return record;
}
