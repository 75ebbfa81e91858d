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
  #current: HeldDeployment | undefined;

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

  /** The deployment of the code as it is now; it takes calls until it is released, also when the code changes meanwhile. */
  async hold(): Promise<{ readonly deployment: Deployment; readonly release: () => void }> {
    const provider = await defaultProvider(this.#provider());
    const code = await packAsync(this.#code());
    const digest = createHash('sha256').update(code).digest('hex');
    if (this.#current?.digest !== digest || this.#current.provider !== provider) {
      const deployment = provider.deploy({ ...this.#settings(), code, digest }, this.#observer);
      this.#current?.retire();
      this.#current = new HeldDeployment(digest, provider, deployment);
    }
    const held = this.#current;
    held.holders++;
    return { deployment: held.deployment, release: () => held.release() };
  }

  /** Holds the deployment for as long as that takes. */
  async use<T>(use: (deployment: Deployment) => Promise<T>): Promise<T> {
    const { deployment, release } = await this.hold();
    try {
      return await use(deployment);
    } finally {
      release();
    }
  }
}

/** A deployment that is closed when it is out of date and nobody calls it any more. */
class HeldDeployment {
  readonly digest: string;
  readonly provider: Provider;
  readonly deployment: Deployment;
  holders = 0;
  #isRetired = false;

  constructor(digest: string, provider: Provider, deployment: Deployment) {
    this.digest = digest;
    this.provider = provider;
    this.deployment = deployment;
  }

  retire(): void {
    this.#isRetired = true;
    this.#closeIfFree();
  }

  release(): void {
    this.holders--;
    this.#closeIfFree();
  }

  #closeIfFree(): void {
    if (this.#isRetired && this.holders === 0) this.deployment.close().catch(() => undefined);
  }
}
