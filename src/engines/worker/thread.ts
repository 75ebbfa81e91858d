import { SHARE_ENV, Worker } from 'node:worker_threads';
import type { RemoteError } from '../../errors.ts';
import type { JobPart } from '../../run/index.ts';
import { engineClosed, threadEnded } from './job-errors.ts';
import type { QueuedJob } from './queued-job.ts';
import { claim, type FromThread, type ThreadData, type ToThread, transferable } from './thread-messages.ts';

/** Jobs that a thread has at once: one that it works on, and a short one so that it need not wait for the next. */
const JOBS = 2;
/** Longest job, in milliseconds, that may wait in a thread, or be waited for there. */
const SHORT_MS = 40;
/** Parts that a thread keeps. */
const KEPT_PARTS = 32;
/** Milliseconds that a cancelled job has before its thread is ended; more when the thread has another one, which begins anew then. */
const GRACE_MS = 200;
const SHARED_GRACE_MS = 1000;
/** Milliseconds between two questions whether a thread still listens. */
const PING_MS = 100;

/** What a thread tells its engine. */
export interface ThreadOwner {
  /** One of its threads has room for a job. */
  idle(): void;
  /** It has ended; these jobs of it have to be done elsewhere. */
  ended(thread: Thread, unfinished: readonly QueuedJob[]): void;
}

const isShort = ({ job }: QueuedJob): boolean => job.expectedMs !== undefined && job.expectedMs <= SHORT_MS;

/** One worker thread and the jobs that it has. */
export class Thread {
  readonly #worker: Worker;
  readonly #owner: ThreadOwner;
  readonly #jobs = new Map<number, QueuedJob>();
  readonly #begun = new Int32Array(new SharedArrayBuffer(4));
  /** Digests of the parts that it has, the least recently used first. */
  readonly #parts = new Set<string>();
  /** Why it is being ended, when that is not its own doing. */
  #endedFor: { readonly reason: 'deaf' | 'cancelled' | 'closed' } | undefined;
  #failure: unknown;
  #isReady = false;
  #gone = false;
  #nextId = 0;
  #ping: NodeJS.Timeout | undefined;
  #askedAt: number | undefined;

  constructor(owner: ThreadOwner, options: { readonly memory: number | undefined }) {
    this.#owner = owner;
    const { memory } = options;
    this.#worker = new Worker(new URL('./worker-program.js', import.meta.url), {
      name: 'hypernodes',
      workerData: { begun: this.#begun } satisfies ThreadData,
      // What code reads of it is part of keys: a copy would be that of an earlier time.
      env: SHARE_ENV,
      ...(memory === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memory } }),
    });
    this.#worker.unref();
    this.#worker.on('message', (message: FromThread) => this.#receive(message));
    this.#worker.on('error', (error) => {
      this.#failure = error;
    });
    this.#worker.on('exit', (code) => this.#exited(code));
  }

  get load(): number {
    return this.#jobs.size;
  }

  /** Whether it would begin any job at once. */
  get isIdle(): boolean {
    return this.#jobs.size === 0 && this.#endedFor === undefined && !this.#gone;
  }

  /** Whether it can take this job now. */
  accepts(job: QueuedJob): boolean {
    if (this.#endedFor !== undefined || this.#gone) return false;
    for (const held of this.#jobs.values()) if (held.solo || !isShort(held)) return false;
    return this.#jobs.size < (job.solo || !isShort(job) ? 1 : JOBS);
  }

  /** A job that it has and has not begun, for another thread to do; it will not begin it any more. */
  takeBack(): QueuedJob | undefined {
    if (this.#endedFor !== undefined || this.#gone) return undefined;
    for (const [id, job] of this.#jobs) if (this.#withdraw(id)) return job;
    return undefined;
  }

  send(queued: QueuedJob): void {
    const { job } = queued;
    const id = this.#nextId++;
    this.#jobs.set(id, queued);
    queued.cancelled = () => this.#cancel(id);
    if (this.#jobs.size === 1) this.#worker.ref();
    const request = job.request.slice();
    this.#post(
      { kind: 'job', id, request, needs: job.parts.map(({ digest }) => digest), ...this.#exchange(job.parts) },
      transferable(request),
    );
    if (job.patience !== undefined) this.#watch();
  }

  /** Ends it, jobs or not; resolves when it is gone. */
  async close(): Promise<void> {
    if (this.#gone) return;
    this.#endedFor ??= { reason: 'closed' };
    // Now, not when it is gone: whoever got a last result meanwhile would have more of it done.
    for (const queued of this.#jobs.values()) queued.reject(engineClosed(queued.job.path));
    this.#jobs.clear();
    const exited = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.ref();
    this.#post({ kind: 'close' });
    const timer = setTimeout(() => void this.#worker.terminate(), 1000);
    await exited;
    clearTimeout(timer);
  }

  /** Which parts to send along, and which of those that it has to give up for them. */
  #exchange(parts: readonly JobPart[]): { parts: JobPart[]; forget: string[] } {
    const missing = parts.filter(({ digest }) => !this.#parts.has(digest));
    for (const { digest } of parts) {
      this.#parts.delete(digest);
      this.#parts.add(digest);
    }
    const forget: string[] = [];
    for (const oldest of this.#parts) {
      if (this.#parts.size - forget.length <= KEPT_PARTS) break;
      forget.push(oldest);
    }
    for (const digest of forget) this.#parts.delete(digest);
    return { parts: missing, forget };
  }

  #post(message: ToThread, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #receive(message: FromThread): void {
    switch (message.kind) {
      case 'message':
        this.#jobs.get(message.id)?.job.onMessage(message.message);
        break;
      case 'done':
        this.#finish(message.id)?.resolve(message.response);
        break;
      case 'failed':
        this.#finish(message.id)?.reject(message.error);
        break;
      case 'pong':
        this.#askedAt = undefined;
        break;
      case 'ready':
        this.#isReady = true;
        break;
    }
  }

  #finish(id: number): QueuedJob | undefined {
    const held = this.#jobs.get(id);
    if (held === undefined) return undefined;
    this.#drop(id);
    this.#owner.idle();
    return held;
  }

  #drop(id: number): void {
    this.#jobs.delete(id);
    if (this.#jobs.size > 0) return;
    this.#worker.unref();
    clearInterval(this.#ping);
    this.#ping = undefined;
  }

  /** Whether a job could be taken back, because it was not begun. */
  #withdraw(id: number): boolean {
    if (!claim(this.#begun, id)) return false;
    this.#drop(id);
    return true;
  }

  #cancel(id: number): void {
    if (!this.#jobs.has(id)) return;
    if (this.#withdraw(id)) this.#owner.idle();
    else {
      this.#post({ kind: 'cancel', id });
      this.#endUnlessStopped(id);
    }
  }

  /** The thread gets a moment to stop by itself, from when the job begins: another one before it is not to suffer. */
  #endUnlessStopped(id: number): void {
    const isAlone = this.#jobs.size === 1;
    const hasBegun = this.#hasBegun(id);
    setTimeout(
      () => {
        if (!this.#jobs.has(id)) return;
        if (hasBegun) this.#end('cancelled');
        else this.#endUnlessStopped(id);
      },
      isAlone ? GRACE_MS : SHARED_GRACE_MS,
    ).unref();
  }

  #end(reason: 'deaf' | 'cancelled'): void {
    if (this.#endedFor !== undefined) return;
    this.#endedFor = { reason };
    void this.#worker.terminate();
  }

  /** Asks now and then whether the thread still listens, as long as it has jobs with limits. */
  #watch(): void {
    this.#ping ??= setInterval(() => {
      const limits = [...this.#jobs].flatMap(([id, { job }]) => (this.#hasBegun(id) ? (job.patience ?? []) : []));
      if (limits.length === 0) return;
      const now = performance.now();
      if (this.#askedAt === undefined) {
        this.#askedAt = now;
        this.#post({ kind: 'ping' });
      } else if (now - this.#askedAt > Math.min(...limits)) this.#end('deaf');
    }, PING_MS).unref();
  }

  #exited(code: number): void {
    this.#gone = true;
    clearInterval(this.#ping);
    const held = [...this.#jobs];
    this.#jobs.clear();
    const unfinished = held.filter(([, { job }]) => !job.signal.aborted);
    const begun = unfinished.filter(([id]) => this.#hasBegun(id)).map(([, job]) => job);
    const reason = this.#endedFor?.reason;
    if (!this.#isReady && reason === undefined) {
      // Another one would end like it.
      for (const [, job] of unfinished) job.reject(this.#crashed(job, code));
      this.#owner.ended(this, []);
      return;
    }
    // A job is to blame when it was the only one; otherwise each of them is tried again by itself.
    const blamed = reason === 'cancelled' || begun.length !== 1 ? undefined : begun[0];
    if (blamed !== undefined) blamed.reject(reason === 'deaf' ? blamed.job.timedOut() : this.#crashed(blamed, code));
    const others = unfinished.map(([, job]) => job).filter((job) => job !== blamed);
    if (reason !== 'cancelled') for (const job of begun) job.solo = true;
    this.#owner.ended(this, others);
  }

  #hasBegun(id: number): boolean {
    return id < Atomics.load(this.#begun, 0);
  }

  #crashed({ job: { path } }: QueuedJob, code: number): RemoteError {
    return threadEnded(path, { code, failure: this.#failure, isReady: this.#isReady });
  }
}
