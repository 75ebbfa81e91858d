import type { ContainerSpec, VolumeSpec } from './container-spec.ts';

/**
 * Where functions run when they don't run here: containers on this machine, a cloud, a queue with workers.
 *
 * A provider that starts containers itself gives a `ContainerHost` to the pool in `containers/`, which does the rest.
 */
export interface Provider {
  /** `local`, `modal`: what `--on` and messages call it. */
  readonly name: string;
  /** Makes a function callable. Cheap: nothing is built or started before the first call, or before `minContainers` ask for it. */
  deploy(definition: FunctionDefinition, observer?: DeploymentObserver): Deployment;
  /** Finds a spawned call again, also one that an earlier process started. @throws RemoteError `REMOTE_CANCELLED` when it is gone. */
  attach(callId: string): Promise<RemoteCall>;
  volume(spec: VolumeSpec): VolumeStore;
  /** Ends what is running, releases containers. Spawned calls that can outlive this process do. */
  close(): Promise<void>;
}

/** A function as a provider gets it; plain data. */
export interface FunctionDefinition {
  readonly app: string;
  readonly name: string;
  /**
   * What the code is: a function, a class whose methods are called, or nothing, for containers that perform the jobs of
   * a `RemoteEngine` (`performJob` of the room `run`), each of which brings its pipeline as a part.
   * A generator function is a function; its values come one by one.
   */
  readonly kind: 'function' | 'class' | 'pipeline';
  /** Packed. Sent to a container once. */
  readonly code: Uint8Array;
  /** SHA-256 of `code`, in hex. */
  readonly digest: string;
  readonly container: ContainerSpec;
  readonly scaling: Scaling;
  readonly retries?: RetrySettings | undefined;
  /** Seconds an attempt may take. */
  readonly timeout?: number | undefined;
  /** Arguments of several calls are passed together, as lists. */
  readonly batch?: { readonly maxSize: number; readonly waitMs: number } | undefined;
}

/** What the code of a definition of kind `class` unpacks to. */
export interface ClassCode {
  /** Makes the object; once per container. */
  create(): object | Promise<object>;
  /** Names of the methods to call after that, in order. */
  readonly enter: readonly string[];
  /** Names of the methods to call before the container ends, unless it is killed. */
  readonly exit: readonly string[];
}

/** How many containers, and how many calls at once in each. */
export interface Scaling {
  readonly minContainers: number;
  readonly maxContainers: number;
  /** Containers kept ready beyond those that are busy. */
  readonly bufferContainers: number;
  /** Seconds for which an idle container is kept. */
  readonly scaledownWindow: number;
  /** Calls at once in one container. */
  readonly concurrency: number;
}

/** When and how often a failed attempt is repeated; delays in seconds. */
export interface RetrySettings {
  readonly maxRetries: number;
  readonly backoffCoefficient: number;
  readonly initialDelay: number;
  readonly maxDelay: number;
}

/** A function that can be called. */
export interface Deployment {
  call(request: CallRequest): RemoteCall;
  /** Starts a call that, where the provider can, outlives this process. Resolves when it is safely accepted. */
  spawn(request: CallRequest): Promise<RemoteCall>;
  /** What runs now. */
  readonly status: DeploymentStatus;
  /** Stops its containers when no call needs them any more. */
  close(): Promise<void>;
}

/** What a deployment is doing. */
export interface DeploymentStatus {
  readonly containers: number;
  readonly running: number;
  readonly queued: number;
}

/** One call; everything packed. */
export interface CallRequest {
  /** The list of arguments, or the request of a pipeline's job. */
  readonly args: Uint8Array;
  /** What the call needs besides its arguments: a pipeline, inputs that many calls share. Sent to a container once. */
  readonly parts?: readonly CallPart[] | undefined;
  /** Method of a class. */
  readonly method?: string | undefined;
  /** Attempts that were made before, where the call was; none unless given. They count for `retries`. */
  readonly attempts?: number | undefined;
  /** Cancels the call: what runs is told, and killed when it doesn't listen. */
  readonly signal?: AbortSignal | undefined;
  /** Takes what the call sends home while it runs, such as the events of a pipeline; in order. */
  readonly onMessage?: ((message: Uint8Array) => void) | undefined;
  /** Takes what a generator yields, in order; without it a generator is an error. Resolves when there is room for more. */
  readonly onYield?: ((value: Uint8Array) => void | Promise<void>) | undefined;
}

/** Bytes that several calls need, known by what is in them. */
export interface CallPart {
  /** SHA-256 of the bytes, in hex. */
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** A call that is under way. */
export interface RemoteCall {
  readonly id: string;
  /** Goes on when this process ends, and can be found again by its id. */
  readonly outlivesProcess?: boolean | undefined;
  /**
   * The packed result. Rejects with the rebuilt error of the user's code, RemoteError or TimeoutError.
   * Never an unhandled rejection, when nobody asks.
   */
  readonly result: Promise<Uint8Array>;
  cancel(): Promise<void>;
}

/** A line that a container printed. */
export interface LogLine {
  readonly app: string;
  readonly function: string;
  readonly container: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** How far a call is. */
export type Phase = 'building' | 'queued' | 'starting' | 'running';

/** Somebody who wants to know what happens to a deployment. Errors that it throws are ignored. */
export interface DeploymentObserver {
  onLog?(line: LogLine): void;
  /** A container went on to its next phase; `detail` is a line of the build log or the name of the machine. */
  onPhase?(change: { readonly phase: Phase; readonly container?: string; readonly detail?: string }): void;
  onRetry?(retry: {
    readonly callId: string;
    readonly attempt: number;
    readonly error: unknown;
    readonly delayMs: number;
  }): void;
}

/** Files of a volume. Paths are relative to its root, with `/`. */
export interface VolumeStore {
  put(path: string, content: Uint8Array): Promise<void>;
  get(path: string): Promise<Uint8Array>;
  list(path?: string): Promise<readonly VolumeEntry[]>;
  remove(path: string): Promise<void>;
  /** Makes what was written here visible elsewhere. */
  commit(): Promise<void>;
  /** Makes what was written elsewhere visible here. */
  reload(): Promise<void>;
}

/** A file or folder in a volume. */
export interface VolumeEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory';
  /** Bytes. */
  readonly size: number;
}
