import type { RemoteError } from '../../errors.ts';
import type {
  CallRequest,
  Deployment,
  DeploymentObserver,
  DeploymentStatus,
  FunctionDefinition,
  LogLine,
  RemoteCall,
} from '../provider.ts';
import { BatchGatherer } from './batch-gatherer.ts';
import { cancelled, isWorthRepeating, tookTooLong } from './call-errors.ts';
import { CallQueue } from './call-queue.ts';
import { ContainerFleet, type FleetOwner } from './container-fleet.ts';
import type { ContainerHost } from './container-host.ts';
import { type ContainerEnd, crashError } from './crash-error.ts';
import { keepAlive } from './keep-alive.ts';
import { PendingCall } from './pending-call.ts';
import { retryDelay } from './retry-delay.ts';
import type { RunnerSession } from './runner-session.ts';
import { safeObserver } from './safe-observer.ts';
import type { WorkUnit } from './work-unit.ts';

const DEFAULT_GRACE_MS = 1000;
/** Milliseconds between two looks at whether calls wait behind one that takes long. */
const LOOK_MS = 10;
/** Longer than any run: only there to keep the process while calls are under way. */
const FOREVER_MS = 2 ** 31 - 1;

/** A function on containers: calls wait in a queue, and go to containers of which there are as many as they need. */
export class ContainerDeployment implements Deployment, FleetOwner {
  readonly #host: ContainerHost;
  readonly #definition: FunctionDefinition;
  readonly #observer: Required<DeploymentObserver>;
  readonly #fleet: ContainerFleet;
  readonly #queue = new CallQueue();
  readonly #batches: BatchGatherer | undefined;
  readonly #pending = new Set<PendingCall>();
  readonly #onClosed: () => void;
  #keepAlive: NodeJS.Timeout | undefined;
  #isPumping = false;
  #look: NodeJS.Timeout | undefined;
  /** Calls that came back from containers in this tick, in order. */
  #returned: PendingCall[] = [];
  #isClosed = false;
  #whenDone: (() => void) | undefined;

  constructor(
    host: ContainerHost,
    definition: FunctionDefinition,
    observer: DeploymentObserver | undefined,
    onClosed: () => void,
  ) {
    this.#host = host;
    this.#definition = definition;
    this.#observer = safeObserver(observer ?? {});
    this.#fleet = new ContainerFleet(host, definition, this.#observer, this);
    this.#batches = definition.batch && new BatchGatherer(definition.batch, () => this.#pump());
    this.#onClosed = onClosed;
    if (definition.scaling.minContainers > 0) this.#fleet.grow(0);
  }

  get status(): DeploymentStatus {
    const { sessions } = this.#fleet;
    return {
      containers: sessions.length,
      running: sessions.reduce((sum, { running }) => sum + running, 0),
      queued: this.#queue.length,
    };
  }

  call(request: CallRequest): RemoteCall {
    const call = new PendingCall(request, {
      cancel: (cancelledCall, reason) => this.#abandon(cancelledCall, reason),
      settled: (settledCall) => this.#settled(settledCall),
    });
    this.#pending.add(call);
    this.#keepAlive ??= setInterval(() => undefined, FOREVER_MS);
    if (this.#isClosed) call.abandon(cancelled('The function was closed before it was called.'));
    else if (request.signal?.aborted) call.abort();
    else this.#enqueue(call);
    return call;
  }

  spawn(request: CallRequest): Promise<RemoteCall> {
    return keepAlive(this.#spawn(request));
  }

  async #spawn(request: CallRequest): Promise<RemoteCall> {
    if (!this.#host.spawn) return this.call(request);
    const prepared = await this.#fleet.prepare();
    const spawned = {
      definition: this.#definition,
      request,
      observer: this.#observer,
      retryDelayMs: (failed: number) => retryDelay(this.#definition.retries, failed),
    };
    return this.#host.spawn(prepared, spawned, () => this.call(request));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#pending.size > 0) {
      await new Promise<void>((resolve) => {
        this.#whenDone = resolve;
      });
    }
    await keepAlive(this.#fleet.stop());
    this.#onClosed();
  }

  /** Ends everything, calls that are under way included. */
  async kill(): Promise<void> {
    this.#isClosed = true;
    for (const call of [...this.#pending]) call.abandon(cancelled('The provider was closed during the call.'));
    await keepAlive(this.#fleet.kill());
    this.#onClosed();
  }

  // What the fleet and its sessions tell.

  onLog(line: LogLine): void {
    this.#observer.onLog(line);
  }

  started(): void {
    this.#pump();
  }

  freed(session: RunnerSession): void {
    this.#fleet.noteIdle(session);
    this.#pumpSoon();
  }

  succeeded(call: PendingCall, result: Uint8Array): void {
    call.succeed(result);
  }

  failed(call: PendingCall, error: unknown): void {
    const delayMs = retryDelay(this.#definition.retries, call.attempts);
    if (call.isSettled) return;
    if (delayMs === undefined || call.hasYielded || !isWorthRepeating(error)) {
      call.fail(error);
      return;
    }
    this.#observer.onRetry({ callId: call.id, attempt: call.attempts + 1, error, delayMs });
    call.where = 'nowhere';
    // Not what keeps this process: the call may be cancelled before.
    setTimeout(() => {
      if (!call.isSettled) this.#enqueue(call);
    }, delayMs).unref();
  }

  returned({ calls }: WorkUnit): void {
    for (const call of calls) call.attempts--;
    this.#returned.push(...calls);
  }

  overdue(session: RunnerSession, unit: WorkUnit): void {
    session.giveUp(unit, this.#graceMs);
    for (const call of unit.calls) this.failed(call, tookTooLong(this.#definition, this.#definition.timeout ?? 0));
  }

  ended(session: RunnerSession, end: ContainerEnd): void {
    const { started, waiting } = session.unanswered();
    const error = crashError(this.#definition, session.container.id, end);
    const innocent: PendingCall[] = [];
    for (const { calls, isGivenUp } of started) {
      if (isGivenUp) continue;
      for (const call of calls) {
        if (session.isCondemned) {
          call.attempts--;
          innocent.push(call);
        } else this.failed(call, error);
      }
    }
    for (const { calls, isGivenUp } of waiting) {
      if (isGivenUp) continue;
      for (const call of calls) {
        call.attempts--;
        innocent.push(call);
      }
    }
    this.#requeue(innocent);
    this.#pumpSoon();
  }

  /** Puts calls that no container has begun before those that wait. */
  #requeue(calls: readonly PendingCall[]): void {
    const again = calls.filter(({ isSettled }) => !isSettled);
    for (const call of again) call.where = 'queue';
    this.#queue.addFirst(again);
  }

  startFailed(error: unknown): void {
    // Others may still serve the queue; the last hope takes it along.
    if (this.#fleet.sessions.length > 0 || this.#fleet.starting > 0) return;
    for (const call of this.#queue.takeAll()) {
      call.attempts++;
      this.failed(call, error as RemoteError);
    }
  }

  get #graceMs(): number {
    return this.#host.graceMs ?? DEFAULT_GRACE_MS;
  }

  #enqueue(call: PendingCall): void {
    call.where = 'queue';
    this.#queue.add(call);
    this.#pumpSoon();
  }

  #abandon(call: PendingCall, reason: Error): void {
    if (call.isSettled) return;
    call.abandon(reason);
    if (call.where !== 'container') return;
    for (const session of this.#fleet.sessions) {
      const unit = session.unitOf(call);
      // A batch goes on for its other calls.
      if (unit?.calls.every(({ isSettled }) => isSettled)) session.giveUp(unit, this.#graceMs);
    }
  }

  #settled(call: PendingCall): void {
    this.#pending.delete(call);
    if (call.where === 'queue') this.#queue.settled();
    if (this.#pending.size > 0) return;
    clearInterval(this.#keepAlive);
    this.#keepAlive = undefined;
    this.#whenDone?.();
  }

  /** Once per tick, for all calls that came and went in it. */
  #pumpSoon(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    process.nextTick(() => {
      this.#isPumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#returned.length > 0) this.#requeue(this.#returned.splice(0));
    while (this.#queue.length > 0) {
      const session = this.#mostFree();
      if (!session) break;
      const calls = this.#takeNext();
      if (calls.length === 0) break;
      for (const call of calls) {
        call.where = 'container';
        call.attempts++;
      }
      session.send(calls);
      this.#fleet.noteIdle(session);
    }
    this.#scale();
    this.#lookLater();
  }

  /** As long as calls wait in containers. */
  #lookLater(): void {
    if (this.#look !== undefined || !this.#fleet.sessions.some(({ hasWaiting }) => hasWaiting)) return;
    this.#look = setTimeout(() => {
      this.#look = undefined;
      this.#level();
      this.#lookLater();
    }, LOOK_MS).unref();
  }

  /** Calls that were sent ahead and wait for a long one are asked back when there is a free container, or it is started. */
  #level(): void {
    const { sessions } = this.#fleet;
    if (!sessions.some(({ hasFreeLane }) => hasFreeLane)) this.#scale();
    else for (const session of sessions) if (session.isHoldingUp) session.recall();
  }

  #takeNext(): readonly PendingCall[] {
    if (this.#batches) return this.#batches.take(this.#queue);
    const call = this.#queue.take();
    return call ? [call] : [];
  }

  /** The container with the least to do; calls are sent ahead only when none is free. */
  #mostFree(): RunnerSession | undefined {
    let free: RunnerSession | undefined;
    let ahead: RunnerSession | undefined;
    for (const session of this.#fleet.sessions) {
      if (session.hasFreeLane && !(free && free.load <= session.load)) free = session;
      if (session.takesAhead && !(ahead && ahead.load <= session.load)) ahead = session;
    }
    return free ?? ahead;
  }

  #scale(): void {
    if (this.#isClosed && this.#pending.size === 0) return;
    const { concurrency, bufferContainers } = this.#definition.scaling;
    const size = this.#definition.batch?.maxSize ?? 1;
    // One more for what is held up in each: those calls are short.
    const late = this.#fleet.sessions.filter(({ isHoldingUp }) => isHoldingUp).length;
    const units = Math.ceil(this.#queue.length / size) + this.status.running + late;
    if (units > 0) this.#fleet.grow(Math.ceil(units / concurrency) + bufferContainers);
    else this.#fleet.grow(0);
  }
}
