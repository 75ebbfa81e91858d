import { createHash } from 'node:crypto';
import { packAsync } from '../pack/index.ts';
import type { Deployment, DeploymentObserver, FunctionDefinition, Provider } from './provider.ts';
import { defaultProvider } from './providers.ts';

/** What a deployment is made of, besides its code. */
export type Settings = Omit<FunctionDefinition, 'code' | 'digest'>;

/**
 * Code that runs at a provider: packed when it is called, deployed anew when what it closes over has changed.
 *
 * Packing the same code again takes a fraction of a millisecond; a result of the code of yesterday would cost more.
 */
export class DeployedCode {
  readonly #code: () => unknown;
  readonly #settings: () => Settings;
  readonly #provider: () => Provider | undefined;
  readonly #observer: DeploymentObserver;
  #current: { readonly digest: string; readonly provider: Provider; readonly deployment: Deployment } | undefined;

  constructor(options: {
    readonly code: () => unknown;
    readonly settings: () => Settings;
    readonly provider: () => Provider | undefined;
    readonly observer: DeploymentObserver;
  }) {
    this.#code = options.code;
    this.#settings = options.settings;
    this.#provider = options.provider;
    this.#observer = options.observer;
  }

  async deployment(): Promise<Deployment> {
    const provider = await defaultProvider(this.#provider());
    const code = await packAsync(this.#code());
    const digest = createHash('sha256').update(code).digest('hex');
    if (this.#current?.digest === digest && this.#current.provider === provider) return this.#current.deployment;
    // Calls of the code before go on; its containers leave after the last of them.
    this.#current?.deployment.close().catch(() => undefined);
    const deployment = provider.deploy({ ...this.#settings(), code, digest }, this.#observer);
    this.#current = { digest, provider, deployment };
    return deployment;
  }
}
