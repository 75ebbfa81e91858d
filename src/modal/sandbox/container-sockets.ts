import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Milliseconds after which streams that were opened again are let go again. */
const againMs = 1000;

/**
 * The connections to the machines that containers run on. The output of a container is read as long as it lives, and a
 * stream that is read holds up the end of the process: a script would stay, and pay, until its containers were idle for
 * long enough. Calls that are waited for keep the process by themselves.
 */
class ContainerSockets {
  readonly #opening = new AsyncLocalStorage<true>();
  /** Containers on one machine share them. */
  readonly #sockets = new Set<Socket>();
  #isWatching = false;
  #timer: NodeJS.Timeout | undefined;

  /** Runs what opens connections, which the SDK keeps to itself. */
  during<Result>(open: () => Result): Result {
    if (!this.#isWatching) {
      this.#isWatching = true;
      subscribe('net.client.socket', (message) => {
        if (this.#opening.getStore()) this.#add((message as { readonly socket: Socket }).socket);
      });
    }
    return this.#opening.run(true, open);
  }

  /** Lets the process end while they are open: a stream that is opened holds it anew. */
  unref(): void {
    for (const socket of this.#sockets) socket.unref();
  }

  #add(socket: Socket): void {
    this.#sockets.add(socket);
    this.#timer ??= setInterval(() => this.unref(), againMs).unref();
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (this.#sockets.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    });
  }
}

export const containerSockets = new ContainerSockets();
