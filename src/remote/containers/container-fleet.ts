import { RemoteError } from '../../errors.ts';
import type { DeploymentObserver, FunctionDefinition } from '../provider.ts';
import type { ContainerHost, PreparedContainer } from './container-host.ts';
import { type ContainerEnd, startError } from './crash-error.ts';
import { RunnerSession, type SessionOwner } from './runner-session.ts';

/** Whoever uses the containers of a fleet. */
export interface FleetOwner extends SessionOwner {
  started(): void;
  /** No container came of an attempt to start one. */
  startFailed(error: unknown): void;
  ended(session: RunnerSession, end: ContainerEnd): void;
}

const DEFAULT_STARTUP_SECONDS = 300;
/** How long a container may take to finish in good order, in milliseconds. */
const STOP_MS = 30_000;
/** The longest that a timer can wait, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/** The containers of one deployment: starts as many as are wanted, and lets go those that were idle for long. */
export class ContainerFleet {
  readonly #host: ContainerHost;
  readonly #definition: FunctionDefinition;
  readonly #observer: Required<DeploymentObserver>;
  readonly #owner: FleetOwner;
  readonly #sessions: RunnerSession[] = [];
  readonly #leaving = new Set<RunnerSession>();
  readonly #idle = new Map<RunnerSession, NodeJS.Timeout>();
  readonly #abort = new AbortController();
  #prepared: Promise<PreparedContainer> | undefined;
  #starting = 0;
  #least: number;

  constructor(
    host: ContainerHost,
    definition: FunctionDefinition,
    observer: Required<DeploymentObserver>,
    owner: FleetOwner,
  ) {
    this.#host = host;
    this.#definition = definition;
    this.#observer = observer;
    this.#owner = owner;
    this.#least = definition.scaling.minContainers;
  }

  /** Those that listen. */
  get sessions(): readonly RunnerSession[] {
    return this.#sessions;
  }

  get starting(): number {
    return this.#starting;
  }

  /** Makes the image ready, once; again after it failed. */
  prepare(): Promise<PreparedContainer> {
    this.#prepared ??= this.#host.prepare(this.#definition.container, this.#observer).catch((error: unknown) => {
      this.#prepared = undefined;
      throw error;
    });
    return this.#prepared;
  }

  /** Starts what is missing until there are so many. */
  grow(wanted: number): void {
    const { minContainers, maxContainers } = this.#definition.scaling;
    const target = Math.min(Math.max(wanted, minContainers), Math.max(maxContainers, 1));
    const room = (this.#host.startsAtOnce ?? Number.POSITIVE_INFINITY) - this.#starting;
    const missing = Math.min(target - this.#sessions.length - this.#starting, room);
    for (let n = 0; n < missing; n++) void this.#start();
  }

  /** Tells that a session has nothing to do, or has again. */
  noteIdle(session: RunnerSession): void {
    clearTimeout(this.#idle.get(session));
    this.#idle.delete(session);
    if (!session.isIdle || session.isClosing) return;
    const timer = setTimeout(
      () => this.#release(session),
      Math.min(this.#definition.scaling.scaledownWindow * 1000, LONGEST_MS),
    );
    timer.unref();
    this.#idle.set(session, timer);
  }

  /** Lets all containers finish and end. */
  async stop(): Promise<void> {
    this.#least = 0;
    this.#abort.abort();
    const ending = [...this.#sessions, ...this.#leaving];
    for (const session of ending) this.#dismiss(session);
    await Promise.all(ending.map((session) => session.ended));
  }

  /** Ends all containers at once. */
  async kill(): Promise<void> {
    this.#least = 0;
    this.#abort.abort();
    const ending = [...this.#sessions, ...this.#leaving];
    for (const session of ending) session.isClosing = true;
    await Promise.all(ending.map((session) => session.container.kill()));
    await Promise.all(ending.map((session) => session.ended));
  }

  async #start(): Promise<void> {
    this.#starting++;
    try {
      const session = await this.#open();
      this.#starting--;
      if (this.#abort.signal.aborted) return void session.container.kill();
      this.#sessions.push(session);
      this.#observer.onPhase({ phase: 'running', container: session.container.id });
      void session.ended.then((end) => this.#gone(session, end));
      this.noteIdle(session);
      this.#owner.started();
    } catch (error) {
      this.#starting--;
      if (!this.#abort.signal.aborted) this.#owner.startFailed(error);
    }
  }

  /** A container whose runner listens. */
  async #open(): Promise<RunnerSession> {
    const prepared = await this.prepare();
    const seconds = this.#definition.container.startupTimeout ?? this.#host.startupTimeout ?? DEFAULT_STARTUP_SECONDS;
    const late = AbortSignal.timeout(Math.min(seconds * 1000, LONGEST_MS));
    const signal = AbortSignal.any([this.#abort.signal, late]);
    this.#observer.onPhase({ phase: 'starting' });
    const isLate = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(late.aborted ? this.#tooLate(seconds) : signal.reason), {
        once: true,
      });
    });
    isLate.catch(() => undefined);
    const starting = this.#host.start(prepared, { definition: this.#definition, observer: this.#observer, signal });
    const container = await Promise.race([starting, isLate]).catch((error: unknown) => {
      starting.then(({ kill }) => kill()).catch(() => undefined);
      throw error;
    });
    const session = new RunnerSession(container, this.#definition, this.#owner, this.#host);
    const failed = session.ended.then((end) => {
      throw startError(this.#definition, container.id, end);
    });
    failed.catch(() => undefined);
    await Promise.race([session.ready, failed, isLate]).catch((error: unknown) => {
      void container.kill();
      throw error;
    });
    return session;
  }

  #tooLate(seconds: number): RemoteError {
    const { app, name } = this.#definition;
    return new RemoteError('REMOTE_START', `${app}.${name}: no container answered within ${seconds} s of starting.`, {
      hint: "Raise 'startupTimeout'.",
    });
  }

  #gone(session: RunnerSession, end: ContainerEnd): void {
    clearTimeout(this.#idle.get(session));
    this.#idle.delete(session);
    this.#leaving.delete(session);
    const at = this.#sessions.indexOf(session);
    if (at >= 0) this.#sessions.splice(at, 1);
    this.#owner.ended(session, end);
  }

  #release(session: RunnerSession): void {
    this.#idle.delete(session);
    if (!session.isIdle) return;
    if (this.#sessions.length <= this.#least) this.noteIdle(session);
    else this.#dismiss(session);
  }

  #dismiss(session: RunnerSession): void {
    const at = this.#sessions.indexOf(session);
    if (at >= 0) this.#sessions.splice(at, 1);
    this.#leaving.add(session);
    session.stop(STOP_MS);
  }
}
