import type { EventName, MapStartEvent, NodeRetryEvent } from './types.ts';

/**
 * Counts what happens in the items of one map, for observers that want no more than that.
 *
 * A map without pipelines in it calls it instead of making events: an event takes longer than an empty node. Nodes are known
 * by their position in the list that the counter was asked for with. It must not throw.
 */
export interface ItemCounter {
  /** A whole item has run at once, each node with a result. */
  itemRan(): void;
  /** A whole item came from the cache. */
  itemCached(): void;
  /** An item starts that takes longer; its first `ran` nodes have run. */
  itemBegan(ran: number): void;
  /** @param isCached Whether nothing of it was executed. */
  itemEnded(failure: { readonly error: unknown } | undefined, isCached: boolean): void;
  nodeBegan(node: number): void;
  nodeEnded(node: number): void;
  /** A node that had begun has its result from the cache. */
  nodeCached(node: number): void;
  /** The cache has saved so many milliseconds of a node's work. */
  saved(node: number, milliseconds: number): void;
  /** An attempt failed, and another one follows. */
  nodeRetried(node: number, path: string, retry: FailedAttempt): void;
  /** A node that was retried has ended, in whatever way. */
  retriesEnded(node: number): void;
  nodeProgressed(node: number, done: number, total: number | undefined): void;
  nodeFailed(node: number, path: string, error: unknown): void;
  /** A node was stopped because another one of its item failed. */
  nodeStopped(node: number): void;
  /**
   * The place where they ran was lost: what is in progress there will begin again.
   *
   * @param nodes How many of each node.
   */
  takenBack(items: number, nodes: readonly number[]): void;
  /**
   * The map is over; the ends of items that come now come too late.
   *
   * @param stopped Why the map was stopped, if it was.
   */
  close(stopped: unknown): void;
}

export type FailedAttempt = Pick<NodeRetryEvent, 'attempt' | 'error' | 'delayMs'>;

/** Key of the method by which a callback offers to count the items of a map instead of being told of them. */
export const countItems: unique symbol = Symbol('hypernodes.countItems');

/** A callback that can count. */
export interface CountingCallback {
  /**
   * Counters for the items of this map, whose start it has been told of; the same object when the same thing is counted
   * already. `undefined` if it wants events.
   *
   * @param nodes Names of the nodes of an item.
   */
  [countItems](map: MapStartEvent, nodes: readonly string[]): ItemCounter | undefined;
}

/** What is told of functions in the items of a map. */
export const ITEM_EVENTS: readonly EventName[] = [
  'onMapItemStart',
  'onMapItemEnd',
  'onNodeStart',
  'onNodeEnd',
  'onNodeCached',
  'onNodeRetry',
  'onNodeProgress',
  'onNodeLog',
  'onError',
];

const ignore = (): void => {};

/** Counts nothing, for nobody. */
export const UNCOUNTED: ItemCounter = {
  itemRan: ignore,
  itemCached: ignore,
  itemBegan: ignore,
  itemEnded: ignore,
  nodeBegan: ignore,
  nodeEnded: ignore,
  nodeCached: ignore,
  saved: ignore,
  nodeRetried: ignore,
  retriesEnded: ignore,
  nodeProgressed: ignore,
  nodeFailed: ignore,
  nodeStopped: ignore,
  takenBack: ignore,
  close: ignore,
};
