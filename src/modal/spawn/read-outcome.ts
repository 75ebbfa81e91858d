import type { CallRequest } from '../../remote/index.ts';
import { unpackError } from '../../remote/index.ts';
import { EnvelopeReader } from '../envelope.ts';
import { OutcomeKind } from './outcome.ts';

/** How a spawned call ended. */
export type Final = { readonly value: Uint8Array } | { readonly error: unknown };

/** Who takes what a call gives while it runs. */
export type OutcomeTakers = Pick<CallRequest, 'onMessage' | 'onYield'>;

/** What was seen of a call so far. */
export interface OutcomeSeen {
  /** Attempts that began. */
  readonly attempts: number;
  /** Values that a generator gave were passed on, so that it cannot be begun anew. */
  readonly hasYielded: boolean;
}

/** Reads what a call leaves in one container; passes messages and yielded values on, in order. */
export class OutcomeReader implements OutcomeSeen {
  readonly #reader = new EnvelopeReader();
  readonly #takers: OutcomeTakers;
  attempts: number;
  hasYielded: boolean;

  /** @param before What was seen of it in another container. */
  constructor(takers: OutcomeTakers, before?: OutcomeSeen) {
    this.#takers = takers;
    this.attempts = (before?.attempts ?? 0) + 1;
    this.hasYielded = before?.hasYielded ?? false;
  }

  /** Takes the next bytes; gives how the call ended, when it did. */
  async read(bytes: Uint8Array): Promise<Final | undefined> {
    for (const { kind, content } of this.#reader.read(bytes)) {
      if (kind === OutcomeKind.message) this.#takers.onMessage?.(content);
      else if (kind === OutcomeKind.yielded) {
        this.hasYielded = true;
        await this.#takers.onYield?.(content);
      } else if (kind === OutcomeKind.attempt) this.attempts = Number(Buffer.from(content).toString('utf8'));
      else if (kind === OutcomeKind.value) return { value: content };
      else if (kind === OutcomeKind.error) return { error: unpackError(content) };
    }
    return undefined;
  }
}
