import type { ContainerSpec } from '../container-spec.ts';
import type { CallRequest, DeploymentObserver, FunctionDefinition, RemoteCall } from '../provider.ts';

/** What a provider that starts containers brings; the pool does queueing, retries, time limits and scaling. */
export interface ContainerHost {
  /** `local`, `modal`. */
  readonly name: string;
  /**
   * Makes ready what containers of this kind start from; done once per spec, by content.
   *
   * @throws RemoteError `REMOTE_BUILD` with the log.
   */
  prepare(spec: ContainerSpec, observer: DeploymentObserver): Promise<PreparedContainer>;
  /**
   * Starts a container whose main process is the runner.
   *
   * @throws RemoteError `REMOTE_START` that names the phase.
   */
  start(prepared: PreparedContainer, start: ContainerStart): Promise<Container>;
  /**
   * Starts a call that outlives this process. Without it spawned calls run in the pool.
   *
   * @param runInPool Makes it a call of the pool after all.
   */
  spawn?(prepared: PreparedContainer, spawned: SpawnedCall, runInPool: () => RemoteCall): Promise<RemoteCall>;
  /** Finds a spawned call again. Without it only this process can find its calls. */
  attach?(callId: string): Promise<RemoteCall>;
  close(): Promise<void>;
  /** Milliseconds for which a call that was told to stop may go on before its container is killed; 1000 unless given. */
  readonly graceMs?: number | undefined;
  /** Containers that may be starting at once; any number unless given. */
  readonly startsAtOnce?: number | undefined;
  /** Seconds until a container must answer that has no `startupTimeout`; 300 unless given. */
  readonly startupTimeout?: number | undefined;
  /** Milliseconds of work that may wait in a container, where bringing it more takes long and costs a message; a few unless given. */
  readonly aheadMs?: number | undefined;
  /** Where a heartbeat is needed to know that home is still there. */
  readonly heartbeat?: { readonly everyMs: number; readonly patienceMs: number } | undefined;
}

/** What `start` needs of what `prepare` made; only its host knows more of it. */
export interface PreparedContainer {
  readonly spec: ContainerSpec;
}

/** A call that may outlive this process. */
export interface SpawnedCall {
  readonly definition: FunctionDefinition;
  readonly request: CallRequest;
  readonly observer: DeploymentObserver;
  /** Milliseconds until the next attempt, after so many that failed; `undefined` when there is none. */
  retryDelayMs(failed: number): number | undefined;
}

/** What a container is started with. */
export interface ContainerStart {
  readonly definition: FunctionDefinition;
  readonly observer: DeploymentObserver;
  readonly signal: AbortSignal;
}

/** A running container: bytes to and from the runner in it, and how it ended. */
export interface Container {
  readonly id: string;
  /** Bytes for the runner, frames put together. Resolves when there is room for more. */
  write(bytes: readonly Uint8Array[]): Promise<void>;
  /** Bytes from the runner, in pieces of any size; ends with the container. */
  readonly output: AsyncIterable<Uint8Array>;
  /** Settles once, never rejects. */
  readonly exited: Promise<ContainerExit>;
  /** Ends it at once. Resolves when it is gone. */
  kill(): Promise<void>;
}

/** How a container ended. */
export interface ContainerExit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** `lost`: the connection to it broke off, and what became of it is not known. */
  readonly cause: 'exited' | 'killed' | 'out-of-memory' | 'preempted' | 'lost';
  /** The last lines that it printed on standard error. */
  readonly lastLines: readonly string[];
}
