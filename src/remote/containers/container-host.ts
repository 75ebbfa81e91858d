import type { ContainerSpec } from '../container-spec.ts';
import type { DeploymentObserver, FunctionDefinition } from '../provider.ts';

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
  close(): Promise<void>;
}

/** What `start` needs of what `prepare` made; only its host knows more of it. */
export interface PreparedContainer {
  readonly spec: ContainerSpec;
}

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

export interface ContainerExit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly cause: 'exited' | 'killed' | 'out-of-memory' | 'preempted';
  /** The last lines that it printed on standard error. */
  readonly lastLines: readonly string[];
}
