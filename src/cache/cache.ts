import type { MaybePromise } from './maybe-promise.ts';

/** What a cache knows of an entry without reading its value. */
export interface EntryHeader {
  /** Digest of each output, by its name. Consumers build their own key from these. */
  readonly digests: Readonly<Record<string, string>>;
  /** Path of the node without item indices, `all > per_doc > wordCount`. */
  readonly node: string;
  /** Parts of the key, so that a later miss can say what changed. */
  readonly parts: KeyParts;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** How long the execution took, in milliseconds. */
  readonly durationMs: number;
  /** How many node functions shared that time, itself included; 1 when absent. */
  readonly share?: number | undefined;
}

/** What a signature was made of; each part is a digest by name. */
export interface KeyParts {
  readonly inputs: Readonly<Record<string, string>>;
  /** The node's function and everything it reaches: `wordCount`, `normalize (src/text.ts)`, `natural (package)`. */
  readonly code: Readonly<Record<string, string>>;
  readonly version?: string | undefined;
}

/** One stored execution. */
export interface CacheEntry {
  readonly header: EntryHeader;
  /** Encoded outputs; read it through `decodeValue`. */
  readonly value: Uint8Array;
}

/** One line of a cache's table of contents. */
export interface EntryInfo {
  readonly key: string;
  /** Bytes it takes up. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly usedAt: number;
}

/**
 * A place that keeps the results of node executions under their signatures.
 *
 * Contract: an entry is immutable (the same key means the same value); what `put` acknowledged is found until evicted;
 * a damaged entry is reported as absent, never thrown and never returned wrong. Values are bytes and are never executed.
 */
export interface Cache {
  /** Whether the same configuration opened by another thread, process or machine finds the same entries. */
  readonly shared?: boolean;
  /** Entry under `key`, or `undefined`. Marks it as used. Its bytes are the caller's own, to be changed at will. */
  get(key: string): MaybePromise<CacheEntry | undefined>;
  /**
   * Entry for whoever wants its value and its digests. Other parts of its header may be read only when they are asked for: a
   * copy of it may lack them. Without it, `get` is asked. Optional.
   */
  getLazy?(key: string): MaybePromise<CacheEntry | undefined>;
  /** Header alone, like that of `getLazy`, so that a warm run need not read what nobody asks for. Optional. */
  head?(key: string): MaybePromise<EntryHeader | undefined>;
  has(key: string): MaybePromise<boolean>;
  /** Keeps an entry; its bytes are the cache's from now on. */
  put(key: string, entry: CacheEntry): MaybePromise<void>;
  /**
   * Keeps an entry whose value comes in parts, so that a cache which writes them out one by one need not copy large results.
   * They are the caller's again when it returns. Without it, `put` is called. Optional.
   */
  putParts?(key: string, header: EntryHeader, value: readonly Uint8Array[]): void;
  delete(key: string): MaybePromise<boolean>;
  entries(): Iterable<EntryInfo> | AsyncIterable<EntryInfo>;
  /** Removes least recently used entries until at most `maxBytes` are left; returns how many bytes were freed. */
  evict(maxBytes: number): MaybePromise<number>;
  /** Keeps a small text under a name, the last writer winning; for what the history of a node needs. Optional. */
  record?(name: string, text: string): MaybePromise<void>;
  /** The text last recorded under this name. */
  recall?(name: string): MaybePromise<string | undefined>;
  /**
   * For each of these keys, 32 bytes one after the other, a positive number that its entry was given when it was put and that
   * no other entry of the key was ever given; `NaN` where there is none. Marks them as used. With `note` and `keepNote` a map
   * finds what is known of many items by one question. Optional, the three of them together.
   */
  stamps?(keys: Uint8Array): Float64Array;
  /** Bytes that were kept under this name, the caller's own; `undefined` when there are none, or no longer. */
  note?(name: string): Uint8Array | undefined;
  /** Keeps bytes that only save time: they are no entry, and may be dropped whenever room is needed. */
  keepNote?(name: string, bytes: Uint8Array): void;
  /** Makes everything acknowledged durable and releases files and sockets. */
  close(): MaybePromise<void>;
}
