import type { ItemCounter } from '../events/index.ts';
import type { BatchGatherer } from './batch-gatherer.ts';
import type { Recompute } from './caching/recompute.ts';
import type { SharedDigests } from './caching/slot-digests.ts';
import type { Execution } from './execution.ts';
import type { NodeFailure } from './scope.ts';

/** Has an execution done elsewhere and puts its results where they belong. */
export type SendExecution = (execution: Execution) => Promise<void>;

/** Some of the settings; the others are off. */
export type GivenSettings = { readonly [K in keyof ExecutionSettings]?: ExecutionSettings[K] | undefined };

/**
 * What takes part in an execution besides its plan.
 *
 * A class, because every step reads it: objects that are spread together may each get a hidden class of their own,
 * and all machine code for the steps would be thrown away with every run.
 */
export class ExecutionSettings {
  /** Failures end only what depends on them, and are listed here. */
  readonly failures: NodeFailure[] | undefined;
  /** Whether some input is a `Stateful` whose resource the nodes want. */
  readonly hasResources: boolean;
  /** Milliseconds it may take. */
  readonly timeout: number | undefined;
  /** What the limit is one of, for its error. */
  readonly phase: 'pipeline' | 'call';
  /** Steps that run even if the cache knows their result. */
  readonly recompute: Recompute | undefined;
  /** Whether the asked-for outputs are loaded at the end; otherwise whoever needs them does it. */
  readonly loadsOutputs: boolean;
  /** Digests of the inputs that all items of a map share. */
  readonly sharedDigests: SharedDigests | undefined;
  /** Where nodes with a batch form wait for those of other items. */
  readonly batches: BatchGatherer | undefined;
  /** Counts what happens, instead of events. */
  readonly counter: ItemCounter | undefined;
  /** Has the whole execution done elsewhere. */
  readonly send: SendExecution | undefined;
  /** Path without item indices, when what this execution lies in is elsewhere. */
  readonly staticPath: string | undefined;

  constructor(given: GivenSettings) {
    this.failures = given.failures;
    this.hasResources = given.hasResources ?? false;
    this.timeout = given.timeout;
    this.phase = given.phase ?? 'pipeline';
    this.recompute = given.recompute;
    this.loadsOutputs = given.loadsOutputs ?? false;
    this.sharedDigests = given.sharedDigests;
    this.batches = given.batches;
    this.counter = given.counter;
    this.send = given.send;
    this.staticPath = given.staticPath;
  }
}
