import type { Cache, EntryHeader } from '../../cache/index.ts';
import { encodeParts, Unstorable } from '../../codec/index.ts';
import { construct, type NodeDefinition, type Step } from '../../graph/index.ts';
import { type CodeIdentity, DigestError, signature } from '../../identity/index.ts';
import type { Execution } from '../execution.ts';
import { isThenable } from '../maybe-promise.ts';
import { messageOf } from '../message-of.ts';
import { warnOnce } from '../warn-once.ts';
import { keepEntry, stampOf } from './ask-cache.ts';
import { keyedOutputs, outputKeys, savedMs } from './cached-outputs.ts';
import { digestValue } from './code-of.ts';
import { inputDigests } from './input-digests.ts';
import { smallValue } from './item-row.ts';
import { knownClasses } from './known-classes.ts';

/** What the result of a step is kept as: under which key, and how. */
export class StepEntry {
  readonly execution: Execution;
  readonly step: Step;
  readonly definition: NodeDefinition;
  readonly cache: Cache;
  /** The code of now, even when the signature is made of accepted earlier code. */
  readonly code: CodeIdentity;
  /** What this execution is known by. */
  signature: string;
  /** Pending write of the result. */
  written: Promise<void> | undefined;
  /** Digest of each input by its inner name. */
  #inputs: Readonly<Record<string, string>>;
  readonly #keyCode: string;

  constructor(
    execution: Execution,
    step: Step,
    definition: NodeDefinition,
    cache: Cache,
    known: { readonly code: CodeIdentity; readonly inputs: Readonly<Record<string, string>>; readonly keyCode: string },
  ) {
    this.execution = execution;
    this.step = step;
    this.definition = definition;
    this.cache = cache;
    this.code = known.code;
    this.#inputs = known.inputs;
    this.#keyCode = known.keyCode;
    this.signature = signature(known.keyCode, known.inputs);
  }

  /** Takes for its key what its inputs turned out to be; false when they have no identity. */
  signAnew(): boolean {
    const execution = this.execution;
    const { inputSlots } = this.step;
    try {
      for (const slot of inputSlots) execution.digests!.set(slot, digestValue(execution.values[slot]), true);
    } catch (error) {
      if (error instanceof DigestError) return false;
      throw error;
    }
    const inputs = inputDigests(execution, this.step, this.definition);
    if (inputs === undefined) return false;
    this.#inputs = inputs;
    this.signature = signature(this.#keyCode, inputs);
    return true;
  }

  /** Removes the entry again. */
  takeBack(): void {
    try {
      const deleted = this.cache.delete(this.signature);
      if (isThenable(deleted)) {
        const settled = Promise.resolve(deleted).then(undefined, (error) => this.#writeFailed(error));
        this.execution.scope.root.pending(settled);
      }
    } catch (error) {
      this.#writeFailed(error);
    }
  }

  /** Stores a result; gives the bytes that it takes up. Whatever goes wrong here costs only the entry. */
  keep(result: unknown, durationMs: number): number | undefined {
    const path = this.execution.staticPathOf(this.step);
    const outputs = keyedOutputs(this.definition, result);
    try {
      const encoded = encodeParts(outputs, knownClasses(this.definition));
      if (encoded instanceof Unstorable) throw encoded;
      const digests: Record<string, string> = {};
      outputKeys(this.definition).forEach((key, offset) => {
        const known = digestValue(outputs[key]);
        digests[key] = known;
        this.execution.digests!.set(this.step.outputSlot + offset, known, true);
      });
      const createdAt = Date.now();
      const { active } = this.execution.scope.budget;
      const parts = { inputs: this.#inputs, code: this.code.parts, version: this.definition.options.version };
      const share = active > 1 ? active : undefined;
      const header: EntryHeader = { digests, node: path, parts, createdAt, durationMs, share };
      const { values } = this.execution;
      this.execution.scope.root.history.executed(
        this.cache,
        path,
        { signature: this.signature, code: this.code.digest, parts, time: createdAt, durationMs },
        () =>
          construct(
            this.step.Arguments,
            this.step.inputSlots.map((slot) => values[slot]),
          ) as Record<string, unknown>,
      );
      this.#put(header, encoded);
      this.noteDown(savedMs(header), encoded.length === 1 ? smallValue(encoded[0]) : undefined);
      return encoded.reduce((sum, part) => sum + part.byteLength, 0);
    } catch (error) {
      warnOnce(path, 'HYPERNODES_UNSTORABLE_RESULT', `${path}: its result cannot be cached: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** Tells whoever wants to know what the step is known by now, directly after its entry was read or written. */
  noteDown(saved: number, value: Uint8Array | undefined): void {
    const { kept } = this.execution;
    if (kept === undefined) return;
    const [key, keyCode, inputs] = [this.signature, this.#keyCode, this.#inputs];
    kept[this.step.index] = { key, keyCode, inputs, stamp: stampOf(this.cache, key), savedMs: saved, value };
  }

  #put(header: EntryHeader, value: readonly Uint8Array[]): void {
    try {
      const put = keepEntry(this.cache, this.signature, header, value);
      if (!isThenable(put)) return;
      this.written = Promise.resolve(put as Promise<void>).then(undefined, (error) => this.#writeFailed(error));
      this.execution.scope.root.pending(this.written);
    } catch (error) {
      this.#writeFailed(error);
    }
  }

  #writeFailed(error: unknown): void {
    warnOnce(
      this.cache,
      'HYPERNODES_CACHE_WRITE_FAILED',
      `the cache could not keep a result; the run goes on uncached: ${messageOf(error)}`,
    );
  }
}
