import type { JobPart } from '../../run/index.ts';

/** From the engine to a thread. */
export type ToThread =
  | {
      readonly kind: 'job';
      readonly id: number;
      readonly request: Uint8Array;
      /** Digests of what the job needs. */
      readonly needs: readonly string[];
      /** Parts that the thread doesn't have yet. */
      readonly parts: readonly JobPart[];
      /** Digests of parts that it need not keep any longer. */
      readonly forget: readonly string[];
    }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'ping' }
  | { readonly kind: 'close' };

/** What a thread is given when it starts. */
export interface ThreadData {
  /**
   * Number of jobs that it has begun, or that were taken back before it could, in the order of their numbers: memory that
   * both see, since a message costs more than a short job, and a busy thread reads none.
   */
  readonly begun: Int32Array;
}

/** Says that a job is begun, or taken back; whether nobody had said so before. Of the thread and the engine only one can. */
export const claim = (begun: Int32Array, id: number): boolean => Atomics.compareExchange(begun, 0, id, id + 1) === id;

/** From a thread to the engine. */
export type FromThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'message'; readonly id: number; readonly message: Uint8Array }
  | { readonly kind: 'done'; readonly id: number; readonly response: Uint8Array }
  | { readonly kind: 'failed'; readonly id: number; readonly error: unknown }
  | { readonly kind: 'pong' };

/** What of these bytes can be handed over instead of copied: memory that holds nothing else. */
export function transferable({ buffer, byteLength }: Uint8Array): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}
