import type { ModalClient } from 'modal';
import {
  type CompatServiceDefinition,
  createServer,
  type Server,
  ServerError,
  type ServiceImplementation,
  Status,
} from 'nice-grpc';
import { type Certificate, certifiedHost, credentialsOf } from './certificate.ts';
import { controlService } from './control-service.ts';
import { modalDefinitions } from './definitions.ts';
import type { Handlers } from './messages.ts';
import { Platform } from './platform.ts';
import { routerService } from './router-service.ts';
import { withEnvironment } from './with-environment.ts';
import { worldsAreSupported } from './world.ts';

/**
 * A Modal cloud on this machine's loopback that the real SDK talks to: what it serves is described by the SDK itself,
 * its containers are processes with a root folder of their own.
 *
 * It proves what the client does and in which order, not what Modal answers.
 */
export class FakeModal extends Platform {
  #url = '';
  #servers: readonly Server[] = [];

  private constructor() {
    super();
  }

  /** @param tls Has the machines of containers reached as in the cloud; the SDK takes 127.0.0.1 for one that needs no certificate. */
  static async start(tls?: Certificate): Promise<FakeModal> {
    if (!worldsAreSupported())
      throw new Error('The fake cloud needs Linux with user namespaces (`unshare -r -m true`).');
    const { control, router } = await modalDefinitions();
    const fake = new FakeModal();
    const host = tls ? certifiedHost : '127.0.0.1';
    const serve = async (
      definition: CompatServiceDefinition,
      handlers: Handlers,
      certificate?: Certificate,
    ): Promise<string> => {
      const size = 100 * 1024 * 1024;
      const server = createServer({ 'grpc.max_receive_message_length': size, 'grpc.max_send_message_length': size });
      fake.#servers = [...fake.#servers, server];
      const served = server.use(fake.rpcs.middleware);
      served.add(definition, complete(handlers));
      return `${host}:${await served.listen(`${host}:0`, certificate && credentialsOf(certificate))}`;
    };
    // As in the cloud, the machines of containers are reached over connections of their own.
    const routerAddress = await serve(router, routerService(fake), tls);
    const controlAddress = await serve(
      control,
      controlService(fake, () => `https://${routerAddress}`),
    );
    fake.#url = `http://${controlAddress}`;
    return fake;
  }

  /** Variables that lead the SDK here, in this process or another. */
  env(mode: 'v1' | 'v2' = 'v2'): Record<string, string> {
    return {
      MODAL_SERVER_URL: this.#url,
      MODAL_TOKEN_ID: 'ak-fake',
      MODAL_TOKEN_SECRET: 'as-fake',
      MODAL_CONFIG_PATH: '/dev/null',
      MODAL_LOGLEVEL: 'error',
      MODAL_SANDBOX_V2: mode === 'v2' ? '1' : '0',
    };
  }

  /** A client of the bare SDK. */
  async client(mode: 'v1' | 'v2' = 'v2'): Promise<ModalClient> {
    const { ModalClient } = await import('modal');
    return withEnvironment(this.env(mode), () => new ModalClient());
  }

  override async close(): Promise<void> {
    await super.close();
    for (const server of this.#servers) server.forceShutdown();
  }
}

/** A service of which every RPC answers; those that nobody wrote say so. */
function complete(handlers: Handlers): ServiceImplementation<CompatServiceDefinition> {
  const refuse = (rpc: string) => () => {
    throw new ServerError(Status.UNIMPLEMENTED, `the fake knows no ${rpc}`);
  };
  return new Proxy(handlers, { get: (known, rpc: string) => known[rpc] ?? refuse(rpc) }) as never;
}
