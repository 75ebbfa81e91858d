import { hash } from 'node:crypto';
import { pack } from 'hypernodes/pack';
import type { ContainerSpec, FunctionDefinition, RetrySettings, Scaling } from 'hypernodes/remote';

/** What of a definition a test wants to be different. */
export interface DefinitionOptions {
  readonly name?: string;
  readonly kind?: FunctionDefinition['kind'];
  readonly container?: Partial<ContainerSpec>;
  readonly scaling?: Partial<Scaling>;
  readonly retries?: Partial<RetrySettings>;
  readonly timeout?: number;
  readonly batch?: FunctionDefinition['batch'];
}

/** A function, or the code of a class, as a provider gets it. */
export function definitionOf(code: unknown, options: DefinitionOptions = {}): FunctionDefinition {
  const bytes = pack(code);
  const { name = 'tested', kind = 'function', container, scaling, retries, timeout, batch } = options;
  return {
    app: 'conformance',
    name,
    kind,
    code: bytes,
    digest: hash('sha256', bytes, 'hex'),
    container: { image: { digest: '', steps: [] }, env: {}, secrets: [], volumes: {}, ...container },
    scaling: {
      minContainers: 0,
      maxContainers: 2,
      bufferContainers: 0,
      scaledownWindow: 60,
      concurrency: 1,
      ...scaling,
    },
    retries: retries && { maxRetries: 0, backoffCoefficient: 1, initialDelay: 0.01, maxDelay: 1, ...retries },
    timeout,
    batch,
  };
}
