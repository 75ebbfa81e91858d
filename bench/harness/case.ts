import type { Limit } from './limits.ts';

/** Work that is ready to run; the answer is checked after every run. */
export type Program = () => unknown;

/** Imports what it needs and builds the program, which is not measured; only what a case measures is loaded in its process. */
export type Prepare = () => Program | Promise<Program>;

/** One question to several contestants. A file of `cases/` exports one by default and is named for it. */
export interface BenchCase {
  readonly title: string;
  /** What one operation is: `node`, `item`. */
  readonly operation: string;
  /** Number of operations in one run of a program. */
  readonly operations: number;
  /** What every program must return. */
  readonly answer: unknown;
  /** By name; the first one is the floor: the same work written by hand. */
  readonly contestants: Readonly<Record<string, Prepare>>;
  /** What must hold for the results. */
  readonly limits?: readonly Limit[];
}

/** Thrown by what a contestant has no way to do; reported instead of a number. */
export class NotOffered extends Error {
  override readonly name = 'NotOffered';
}
