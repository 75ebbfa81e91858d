import { createHash } from 'node:crypto';
import type { Engine, Job, Sending } from '../run/index.ts';
import { type ContainerOptions, limitsOf, type ScalingOptions, settingsOf } from './function-options.ts';
import { printLog } from './print-logs.ts';
import type { Deployment, DeploymentObserver, Provider } from './provider.ts';
import { defaultProvider } from './providers.ts';
import { SilenceWatch } from './silence-watch.ts';
import { fromState, getState } from './travel.ts';

/** Where pipelines run, and in what containers. */
export interface RemoteEngineOptions extends ContainerOptions, ScalingOptions {
  /** Who runs the containers; otherwise `HYPERNODES_PROVIDER` says it, or this machine does. */
  readonly provider?: Provider;
  /** What the app is called at the provider. */
  readonly app?: string;
  /** Who is told of logs, builds and retries; logs are printed unless given. */
  readonly observer?: DeploymentObserver;
}

/** Work per chunk of a map, in milliseconds: long against the way there and back. */
const CHUNK_MS = 100;
/** Containers that perform jobs have no code of their own: each job brings its pipeline. */
const NO_CODE = new Uint8Array();
const NO_CODE_DIGEST = createHash('sha256').update(NO_CODE).digest('hex');

/**
 * Runs whole pipelines in containers of a provider: one call per run, chunks of items per map.
 *
 * Caches travel as configuration and are opened there; callbacks stay here, and events come home while things happen.
 */
export class RemoteEngine implements Engine {
  readonly place: string;
  readonly sending: Sending;
  readonly #options: RemoteEngineOptions;
  #deployment: Promise<Deployment> | undefined;

  constructor(options: RemoteEngineOptions = {}) {
    this.#options = options;
    const { scaling } = limitsOf('RemoteEngine', options);
    const { maxContainers, concurrency } = scaling;
    const name = options.provider?.name ?? (process.env.HYPERNODES_PROVIDER || 'local');
    this.place = [name, options.gpu, maxContainers > 1 ? `×${maxContainers}` : undefined].filter(Boolean).join(' ');
    this.sending = {
      unit: 'run',
      lanes: maxContainers * concurrency,
      chunkMs: CHUNK_MS,
      overheadMs: undefined,
      needsSigns: true,
      perform: (job) => this.#perform(job),
    };
  }

  /** Ends its containers when their calls are done. */
  async close(): Promise<void> {
    const deployment = await this.#deployment?.catch(() => undefined);
    this.#deployment = undefined;
    await deployment?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  [getState](): Omit<RemoteEngineOptions, 'provider' | 'observer'> {
    const { provider: _, observer: __, ...rest } = this.#options;
    return rest;
  }

  static [fromState](options: RemoteEngineOptions): RemoteEngine {
    return new RemoteEngine(options);
  }

  async #perform(job: Job): Promise<Uint8Array> {
    this.#deployment ??= this.#deploy();
    this.#deployment.catch(() => {
      this.#deployment = undefined;
    });
    const deployment = await this.#deployment;
    job.signal.throwIfAborted();
    const { request, parts } = job;
    const watch = job.patience === undefined ? undefined : new SilenceWatch(job.patience);
    const signal = watch === undefined ? job.signal : AbortSignal.any([job.signal, watch.signal]);
    const onMessage = (message: Uint8Array): void => {
      watch?.heard();
      job.onMessage(message);
    };
    try {
      return await deployment.call({ args: request, parts, signal, onMessage }).result;
    } catch (error) {
      throw watch?.signal.aborted && !job.signal.aborted ? job.timedOut() : error;
    } finally {
      watch?.stop();
    }
  }

  async #deploy(): Promise<Deployment> {
    const { provider: given, app = 'hypernodes', observer = { onLog: printLog }, ...options } = this.#options;
    const provider = await defaultProvider(given);
    return provider.deploy(
      {
        app,
        name: 'pipeline',
        kind: 'pipeline',
        code: NO_CODE,
        digest: NO_CODE_DIGEST,
        ...settingsOf('RemoteEngine', options),
      },
      observer,
    );
  }
}
