import type { CallRequest } from '../../remote/index.ts';
import { unpackError } from '../../remote/index.ts';
import { EnvelopeReader } from '../envelope.ts';
import { OutcomeKind } from './outcome.ts';

/** How a spawned call ended. */
export type Final = { readonly value: Uint8Array } | { readonly error: unknown };

/** Takes the next bytes of an outcome; gives how the call ended, when it did. */
export type OutcomeReader = (bytes: Uint8Array) => Promise<Final | undefined>;

/** Passes messages and yielded values on, in order. */
export function outcomeReader({ onMessage, onYield }: Pick<CallRequest, 'onMessage' | 'onYield'> = {}): OutcomeReader {
  const reader = new EnvelopeReader();
  return async (bytes) => {
    for (const { kind, content } of reader.read(bytes)) {
      if (kind === OutcomeKind.message) onMessage?.(content);
      else if (kind === OutcomeKind.yielded) await onYield?.(content);
      else if (kind === OutcomeKind.value) return { value: content };
      else if (kind === OutcomeKind.error) return { error: unpackError(content) };
    }
    return undefined;
  };
}

export function isFinal(final: Final | undefined): final is Final {
  return final !== undefined;
}
