import type { NodeState } from '../../events/index.ts';

/** A short text beside a name. */
export interface Fact {
  readonly text: string;
  readonly tone: 'plain' | 'quiet' | 'cached' | 'failed' | 'retried';
}

/** One line of a live tree, before it is known how it is drawn. */
export interface OutlineLine {
  readonly depth: number;
  readonly state: NodeState;
  readonly name: string;
  /** Where it runs, when that is not here. */
  readonly place?: string | undefined;
  /** How much is done, 0 to 1, when that is worth a bar. */
  readonly share?: number | undefined;
  /** The most important one first. */
  readonly facts: readonly Fact[];
}
