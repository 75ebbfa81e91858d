import type { PendingCall } from './pending-call.ts';

/** Calls that wait for a container, in order. Those that were settled meanwhile are passed over. */
export class CallQueue {
  #calls: PendingCall[] = [];
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(call: PendingCall): void {
    this.#calls.push(call);
    this.#length++;
  }

  /** Puts calls that were waiting elsewhere before all others. */
  addFirst(calls: readonly PendingCall[]): void {
    this.#calls = [...calls, ...this.#calls.slice(this.#head)];
    this.#head = 0;
    this.#length += calls.length;
  }

  /** Says that a call which may be in here is settled. */
  settled(): void {
    this.#length--;
  }

  take(): PendingCall | undefined {
    while (this.#head < this.#calls.length) {
      const call = this.#calls[this.#head]!;
      this.#calls[this.#head++] = undefined as never;
      if (this.#head === this.#calls.length) {
        this.#calls = [];
        this.#head = 0;
      } else if (this.#head > 1024 && this.#head * 2 > this.#calls.length) {
        this.#calls = this.#calls.slice(this.#head);
        this.#head = 0;
      }
      if (call.isSettled) continue;
      this.#length--;
      return call;
    }
    return undefined;
  }

  takeAll(): PendingCall[] {
    const calls: PendingCall[] = [];
    for (let call = this.take(); call; call = this.take()) calls.push(call);
    return calls;
  }
}
