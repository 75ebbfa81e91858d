import { RemoteError } from '../../errors.ts';
import type { VolumeSpec } from '../container-spec.ts';
import type {
  CallRequest,
  Deployment,
  DeploymentObserver,
  FunctionDefinition,
  Provider,
  RemoteCall,
  VolumeStore,
} from '../provider.ts';
import { ContainerDeployment } from './container-deployment.ts';
import type { ContainerHost } from './container-host.ts';
import { keepAlive } from './keep-alive.ts';

/**
 * A provider that runs functions in containers of a host: it queues calls, starts and ends containers, repeats attempts,
 * keeps time limits. What a container is, only the host knows.
 */
export abstract class ContainerProvider implements Provider {
  readonly #host: ContainerHost;
  readonly #deployments = new Set<ContainerDeployment>();
  readonly #spawned = new Map<string, RemoteCall>();

  constructor(host: ContainerHost) {
    this.#host = host;
  }

  get name(): string {
    return this.#host.name;
  }

  deploy(definition: FunctionDefinition, observer?: DeploymentObserver): Deployment {
    const deployment = new ContainerDeployment(this.#host, definition, observer, () => {
      this.#deployments.delete(deployment);
    });
    this.#deployments.add(deployment);
    return this.#rememberingSpawned(deployment);
  }

  async attach(callId: string): Promise<RemoteCall> {
    const call = this.#spawned.get(callId) ?? (await keepAlive(Promise.resolve(this.#host.attach?.(callId))));
    if (call) return call;
    throw new RemoteError(
      'REMOTE_CANCELLED',
      `There is no spawned call ${callId}, or none that this process knows of.`,
    );
  }

  abstract volume(spec: VolumeSpec): VolumeStore;

  async close(): Promise<void> {
    await Promise.all([...this.#deployments].map((deployment) => deployment.kill()));
    await this.#host.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #rememberingSpawned(deployment: ContainerDeployment): Deployment {
    const remember = (call: RemoteCall): RemoteCall => {
      this.#spawned.set(call.id, call);
      return call;
    };
    return {
      call: (request: CallRequest) => deployment.call(request),
      spawn: async (request: CallRequest) => remember(await deployment.spawn(request)),
      get status() {
        return deployment.status;
      },
      close: () => deployment.close(),
    };
  }
}
