import { openClient, type Sdk } from './modal.ts';
import { modalError } from './modal-errors.ts';
import type { ModalSettings } from './modal-options.ts';
import { sweepOrphans } from './orphans.ts';

/** The client of Modal and the apps that were asked for, each made when it is first needed. */
export class ModalConnection {
  readonly settings: ModalSettings;
  readonly #apps = new Map<string, Promise<Sdk.App>>();
  #client: Promise<Sdk.ModalClient> | undefined;

  constructor(settings: ModalSettings) {
    this.settings = settings;
  }

  /** @throws MissingPeerError `MISSING_PEER`; RemoteError `REMOTE_START` when nobody is logged in. */
  client(): Promise<Sdk.ModalClient> {
    if (!this.#client) {
      this.#client = this.#connect();
      this.#client.catch(() => {
        this.#client = undefined;
      });
    }
    return this.#client;
  }

  /** The app of a name, which is made if there is none. @throws RemoteError `REMOTE_START`. */
  app(name: string): Promise<Sdk.App> {
    let app = this.#apps.get(name);
    if (!app) {
      app = this.#findApp(name);
      this.#apps.set(name, app);
      app.catch(() => this.#apps.delete(name));
    }
    return app;
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    client?.close();
  }

  async #connect(): Promise<Sdk.ModalClient> {
    const { tokenId, tokenSecret, environment } = this.settings;
    try {
      return await openClient({
        ...(tokenId !== undefined && { tokenId }),
        ...(tokenSecret !== undefined && { tokenSecret }),
        ...(environment !== undefined && { environment }),
        logger: quiet,
      });
    } catch (error) {
      throw modalError(error, 'connecting');
    }
  }

  async #findApp(name: string): Promise<Sdk.App> {
    const modal = await this.client();
    try {
      const app = await modal.apps.fromName(name, { createIfMissing: true });
      if (this.settings.sweep) void sweepOrphans(modal, app);
      return app;
    } catch (error) {
      throw modalError(error, 'connecting');
    }
  }
}

/** The SDK's own messages are about its connections; what matters of them arrives as errors. */
const quiet: Sdk.Logger = { debug() {}, info() {}, warn() {}, error() {} };
