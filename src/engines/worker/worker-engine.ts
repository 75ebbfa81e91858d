import { availableParallelism } from 'node:os';
import { InputError } from '../../errors.ts';
import type { Engine, Job, Sending } from '../../run/index.ts';
import { engineClosed } from './job-errors.ts';
import { QueuedJob } from './queued-job.ts';
import { Thread, type ThreadOwner } from './thread.ts';

/** How many threads, and how large. */
export interface WorkerEngineOptions {
  /** Threads at most; as many as the machine can run at once unless given. They start when there is work for them. */
  readonly workers?: number;
  /** Heap of each thread, in MiB; Node's own limit unless given. */
  readonly memory?: number;
  /** Whether work that is too small to be worth sending runs in the calling thread; true unless given. */
  readonly inline?: boolean;
}

/** Work per chunk of a map, in milliseconds: long against the half millisecond that sending one costs. */
const CHUNK_MS = 32;
/** Milliseconds that sending work to threads has to save, when they run already and when they don't. */
const WARM_MS = 2;
const COLD_MS = 80;

/**
 * Runs nodes in worker threads: independent nodes of a run side by side, items of a map in chunks.
 *
 * What a thread needs travels by `pack`; `stateful` resources are created once in each thread. An abort or a time-out
 * ends what runs there, also a loop without end.
 */
export class WorkerEngine implements Engine, ThreadOwner {
  readonly sending: Sending;
  readonly #options: WorkerEngineOptions;
  readonly #workers: number;
  readonly #threads = new Set<Thread>();
  readonly #queue: QueuedJob[] = [];

  constructor(options: WorkerEngineOptions = {}) {
    const { workers = availableParallelism(), inline = true } = options;
    for (const [name, value] of Object.entries({ workers, memory: options.memory })) {
      if (value === undefined || (Number.isInteger(value) && value > 0)) continue;
      throw new InputError(
        'INPUT_INVALID',
        `WorkerEngine: ${name} is ${String(value)}; expected a whole number above 0.`,
        {
          path: name,
        },
      );
    }
    this.#options = options;
    this.#workers = workers;
    const warm = (): boolean => this.#threads.size === workers;
    this.sending = {
      unit: 'node',
      lanes: workers,
      chunkMs: CHUNK_MS,
      get overheadMs() {
        if (!inline) return undefined;
        return warm() ? WARM_MS : COLD_MS;
      },
      perform: (job) => this.#perform(job),
    };
  }

  get place(): string {
    return `workers ×${this.#workers}`;
  }

  /** Ends the threads and disposes what they created; work that is under way fails with `REMOTE_CANCELLED`. */
  async close(): Promise<void> {
    for (const queued of this.#queue.splice(0)) queued.reject(engineClosed(queued.job.path));
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  [Symbol.for('hypernodes.getState')](): WorkerEngineOptions {
    return this.#options;
  }

  static [Symbol.for('hypernodes.fromState')](options: WorkerEngineOptions): WorkerEngine {
    return new WorkerEngine(options);
  }

  /** @internal */
  idle(): void {
    this.#assign();
  }

  /** @internal */
  ended(thread: Thread, unfinished: readonly QueuedJob[]): void {
    this.#threads.delete(thread);
    this.#queue.unshift(...unfinished);
    this.#assign();
  }

  #perform(job: Job): Promise<Uint8Array> {
    if (job.signal.aborted) return Promise.reject(job.signal.reason);
    const queued = new QueuedJob(job);
    queued.cancelled = () => {
      const place = this.#queue.indexOf(queued);
      if (place >= 0) this.#queue.splice(place, 1);
    };
    this.#queue.push(queued);
    this.#assign();
    return queued.response;
  }

  #assign(): void {
    while (this.#queue.length > 0) {
      const job = this.#queue[0]!;
      const thread = this.#threadFor(job);
      if (thread === undefined) return;
      this.#queue.shift();
      thread.send(job);
    }
    this.#level();
  }

  /** Gives threads without work what waits in others: how long a job takes was only a guess. */
  #level(): void {
    for (const idle of this.#threads) {
      if (!idle.isIdle) continue;
      for (const busy of this.#threads) {
        const waiting = busy.load > 1 ? busy.takeBack() : undefined;
        if (waiting === undefined) continue;
        idle.send(waiting);
        break;
      }
    }
  }

  /** The thread with the least to do that takes this job; a new one rather than a busy one. */
  #threadFor(job: QueuedJob): Thread | undefined {
    let least: Thread | undefined;
    for (const thread of this.#threads) {
      if (thread.accepts(job) && (least === undefined || thread.load < least.load)) least = thread;
    }
    if ((least === undefined || least.load > 0) && this.#threads.size < this.#workers) {
      least = new Thread(this, { memory: this.#options.memory });
      this.#threads.add(least);
    }
    return least;
  }
}
