import { App, RemoteEngine, type RemoteEngineOptions, type RemoteOf } from '../remote/index.ts';
import type { MapOptions, MapResult, RunOptions } from '../run/index.ts';
import { ModalProvider } from './modal-provider.ts';

/** What `runOnModal` runs: a function, or a pipeline. */
type PipelineLike = {
  readonly name: string;
  run(inputs: never, options?: RunOptions): Promise<unknown>;
  map(inputs: never, options: MapOptions): Promise<MapResult<unknown>>;
};

type InputsOf<P extends PipelineLike> = Parameters<P['run']>[0];

/** A pipeline whose runs happen on Modal; events come here. */
export interface ModalPipeline<P extends PipelineLike> extends AsyncDisposable {
  /** Runs it in a container. */
  remote(inputs: InputsOf<P>, options?: Omit<RunOptions, 'engine'>): ReturnType<P['run']>;
  /** Runs it for each item, in as many containers as there may be. */
  readonly map: P['map'];
  /** Ends its containers. */
  close(): Promise<void>;
}

let shared: ModalProvider | undefined;
function sharedProvider(): ModalProvider {
  shared ??= new ModalProvider();
  return shared;
}

/**
 * Sends a function or a whole pipeline to Modal, with no further ceremony: for notebooks.
 *
 * @example
 * const embed = runOnModal(async (text: string) => text.length, { gpu: 'A100', maxContainers: 4 });
 * console.log(await embed.remote('hello'));
 */
export function runOnModal<P extends PipelineLike>(pipeline: P, options?: RemoteEngineOptions): ModalPipeline<P>;
export function runOnModal<F extends (...args: never) => unknown>(run: F, options?: RemoteEngineOptions): RemoteOf<F>;
export function runOnModal(
  what: PipelineLike | ((...args: never) => unknown),
  options: RemoteEngineOptions = {},
): unknown {
  const { provider = sharedProvider(), app = 'hypernodes-notebook', observer, ...rest } = options;
  if (typeof what === 'function') {
    return new App(app, { provider, ...(observer && { observer }) }).function(rest, what);
  }
  const engine = new RemoteEngine({ ...options, provider, app });
  return {
    remote: (inputs: never, given?: RunOptions) => what.run(inputs, { ...given, engine }),
    map: (inputs: never, given: MapOptions) => what.map(inputs, { ...given, engine }),
    close: () => engine.close(),
    [Symbol.asyncDispose]: () => engine.close(),
  };
}
