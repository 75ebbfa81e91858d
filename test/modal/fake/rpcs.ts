import { ServerError, type ServerMiddleware, Status } from 'nice-grpc';

interface Fault {
  readonly rpc: string;
  readonly code: Status;
  readonly details: string;
  /** Messages that a stream may still deliver. */
  readonly afterMessages: number;
  left: number;
}

/** What the server was asked for, by name of the RPC, and what it shall refuse. */
export class Rpcs {
  #counts = new Map<string, number>();
  #faults: Fault[] = [];

  /** How often an RPC arrived since the last `reset`. */
  count(rpc: string): number {
    return this.#counts.get(rpc) ?? 0;
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  histogram(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  reset(): void {
    this.#counts.clear();
  }

  /** Refuses the next `times` calls of an RPC. */
  fail(rpc: string, fault: { readonly code?: Status; readonly details?: string; readonly times?: number } = {}): void {
    const { code = Status.UNAVAILABLE, details = `${rpc} is made to fail`, times = 1 } = fault;
    this.#faults.push({ rpc, code, details, afterMessages: 0, left: times });
  }

  /** Cuts the next `times` streams of an RPC after some messages, as a lost connection does. */
  drop(rpc: string, fault: { readonly afterMessages?: number; readonly times?: number } = {}): void {
    const { afterMessages = 1, times = 1 } = fault;
    this.#faults.push({ rpc, code: Status.UNAVAILABLE, details: 'connection dropped', afterMessages, left: times });
  }

  /** Takes back what was told to fail. */
  heal(): void {
    this.#faults = [];
  }

  /** Counts every call and applies the faults. */
  get middleware(): ServerMiddleware {
    const rpcs = this;
    return async function* observe(call, context) {
      const rpc = call.method.path.slice(call.method.path.lastIndexOf('/') + 1);
      rpcs.#counts.set(rpc, rpcs.count(rpc) + 1);
      const fault = rpcs.#take(rpc);
      if (fault && fault.afterMessages === 0) throw new ServerError(fault.code, fault.details);
      if (!call.responseStream) return yield* call.next(call.request, context);
      let messages = 0;
      for await (const message of call.next(call.request, context) as AsyncIterable<Awaited<never>>) {
        yield message;
        if (fault && ++messages >= fault.afterMessages) throw new ServerError(fault.code, fault.details);
      }
    };
  }

  #take(rpc: string): Fault | undefined {
    const fault = this.#faults.find((one) => one.rpc === rpc && one.left > 0);
    if (fault) fault.left--;
    return fault;
  }
}
