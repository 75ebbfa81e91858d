import { ByteWriter } from './byte-writer.ts';
import { CodeTable } from './code-table.ts';
import { BodyForm, envelopeHeader, HEADER_LENGTH, seal } from './envelope.ts';
import { Slot } from './format.ts';
import { isBuiltIn } from './function-facts.ts';
import { Homes } from './homes.ts';
import { MemoryLayout } from './memory-layout.ts';
import { type Label, printPath, Refusal, refusalError } from './refusal.ts';
import { SharedVariable, SharedVariables } from './shared-variable.ts';
import { WeakCollections, WeakEntry } from './weak-collections.ts';

/** Writes the record of one value: its head and its body. */
export type RecordWriter = (encoder: Encoder, value: object | symbol) => void;

const NO_PARENT = -1;
/** So many objects with the same property names are looked at from all sides before others are taken to be like them. */
const CAREFUL_RECORDS = 100;

/**
 * Writes a graph of values as numbered records.
 *
 * A record is a head, which is enough to make an empty object, and a body, which fills it. All heads come first, so that
 * the reader can make every object before it fills one: cycles need no care, and neither side recurses, however deep
 * the data is. What was found is queued and written in the order of finding.
 */
export class Encoder {
  readonly heads: ByteWriter = new ByteWriter();
  readonly bodies: ByteWriter = new ByteWriter();
  readonly memory: MemoryLayout = new MemoryLayout();
  readonly homes: Homes = new Homes();
  readonly codes: CodeTable = new CodeTable(this.heads);
  readonly variables: SharedVariables = new SharedVariables();
  readonly weaks: WeakCollections = new WeakCollections();
  readonly classId: (made: Function) => string;
  /** By which import of the user's code the namespace of a module was reached. */
  readonly namespaces: Map<unknown, { readonly specifier: string; readonly importer: string }> = new Map();
  /** Modules that the reader will load. */
  readonly modules: Set<string> = new Set();
  /** How many arrays came last that have nothing but their elements. */
  bareArrays = 0;
  /** Whether anything in it makes the reader run code. */
  runsCode = false;

  readonly #writeRecord: RecordWriter;
  readonly #isMeasured: boolean;
  readonly #numbers = new Map<unknown, number>();
  readonly #values: (object | symbol)[] = [];
  readonly #parents: number[] = [];
  readonly #labels: Label[] = [];
  readonly #shapes: Shape = { number: 0, next: new Map() };
  #shapeCount = 0;
  #lastShape: { readonly keys: readonly string[]; readonly number: number; times: number } | undefined;
  #current = NO_PARENT;
  #rootLabel = '';
  #rootLength = 0;
  /** Where each record's part of heads and bodies begins, for `explain`. */
  readonly #headStarts: number[] = [];
  readonly #bodyStarts: number[] = [];

  /**
   * @param writeRecord Writes any record.
   * @param classId The id by which a class is known wherever it travels; empty for none.
   * @param isMeasured Whether to note what each record takes.
   */
  constructor(writeRecord: RecordWriter, classId: (made: Function) => string, isMeasured = false) {
    this.#writeRecord = writeRecord;
    this.classId = classId;
    this.#isMeasured = isMeasured;
  }

  /** The number of the record that is being written. */
  get current(): number {
    return this.#current;
  }

  get count(): number {
    return this.#values.length;
  }

  /** @throws PackError `PACK_UNSUPPORTED` with the path of the culprit. */
  encode(root: unknown, rootLabel: string): void {
    this.#rootLabel = rootLabel;
    try {
      this.slot(root, rootLabel);
      this.#rootLength = this.bodies.length;
      do this.#writeQueued();
      while (this.#queueWeakEntries());
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw refusalError(error, this.labels(this.#current), this.#owner());
    }
  }

  #writeQueued(): void {
    while (this.#current < this.#values.length - 1) {
      this.#current++;
      if (this.#isMeasured) {
        this.#headStarts.push(this.heads.length);
        this.#bodyStarts.push(this.bodies.length);
      }
      this.#writeRecord(this, this.#values[this.#current]!);
    }
  }

  /** @returns Whether there were any. */
  #queueWeakEntries(): boolean {
    const { length } = this.#values;
    for (const { entry, key, name } of this.weaks.entriesOf(this.#values)) this.#queue(entry, key, name);
    return this.#values.length > length;
  }

  /** Writes a value where one is expected in a body. */
  slot(value: unknown, label: Label): void {
    const { bodies } = this;
    switch (typeof value) {
      case 'string':
        bodies.byte(Slot.string);
        bodies.string(value);
        return;
      case 'number':
        this.#number(value);
        return;
      case 'boolean':
        bodies.byte(value ? Slot.true : Slot.false);
        return;
      case 'undefined':
        bodies.byte(Slot.undefined);
        return;
      case 'bigint':
        bodies.byte(Slot.bigint);
        bodies.string(value.toString(16));
        return;
      default:
        if (value === null) {
          bodies.byte(Slot.null);
          return;
        }
        bodies.byte(Slot.record);
        bodies.unsigned(this.refer(value as object | symbol, label));
    }
  }

  #number(value: number): void {
    const { bodies } = this;
    if (!Number.isSafeInteger(value) || (value === 0 && Object.is(value, -0))) {
      bodies.byte(Slot.double);
      bodies.double(value);
      return;
    }
    bodies.byte(value < 0 ? Slot.negative : Slot.natural);
    bodies.unsigned(Math.abs(value));
  }

  /** The number of a value's record, which is queued if it has none yet. */
  refer(value: object | symbol, label: Label): number {
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = this.#queue(value, this.#current, label);
      this.#numbers.set(value, number);
    }
    return number;
  }

  #queue(value: object | symbol, parent: number, label: Label): number {
    this.#parents.push(parent);
    this.#labels.push(label);
    return this.#values.push(value) - 1;
  }

  /** Whether a value has a record, written or queued. */
  knows(value: unknown): boolean {
    return this.#numbers.has(value);
  }

  /** Whether so many objects with these property names came last that one more is taken to be made like them. */
  isUsual(keys: readonly string[]): boolean {
    const last = this.#lastShape;
    return last !== undefined && last.times >= CAREFUL_RECORDS && hasSameNames(last.keys, keys);
  }

  /** Writes a list of property names into the heads: in full the first time, as a number above 0 from then on. */
  shape(keys: readonly string[]): void {
    const last = this.#lastShape;
    if (last && hasSameNames(last.keys, keys)) {
      last.times++;
      this.heads.unsigned(last.number);
      return;
    }
    let shape = this.#shapes;
    for (const key of keys) {
      let next = shape.next.get(key);
      if (!next) {
        next = { number: 0, next: new Map() };
        shape.next.set(key, next);
      }
      shape = next;
    }
    const isNew = shape.number === 0;
    if (isNew) shape.number = ++this.#shapeCount;
    this.heads.unsigned(shape.number);
    if (isNew) this.keys(keys);
    this.#lastShape = { keys, number: shape.number, times: 1 };
  }

  /** Writes property names into the heads. */
  keys(keys: readonly string[]): void {
    this.heads.unsigned(keys.length);
    for (const key of keys) this.heads.string(key);
  }

  /** How the record of that number was reached. */
  labels(number: number): Label[] {
    const labels: Label[] = [];
    for (let at = number; at !== NO_PARENT; at = this.#parents[at]!) labels.push(this.#labels[at]!);
    if (labels.length === 0) labels.push(this.#rootLabel);
    return labels.reverse();
  }

  path(number: number): string {
    return printPath(this.labels(number));
  }

  /** Class of the nearest instance around the current record, for advice. */
  #owner(): string | undefined {
    for (let at = this.#parents[this.#current] ?? NO_PARENT; at !== NO_PARENT; at = this.#parents[at]!) {
      const value = this.#values[at];
      if (typeof value !== 'object' || Array.isArray(value) || isNoValue(value)) continue;
      const made: unknown = value.constructor;
      if (typeof made === 'function' && !isBuiltIn(made) && made.name) return made.name;
    }
    return undefined;
  }

  /** What each record takes, by its own bytes: for `explain` and the size warning. */
  *measured(): Generator<{ value: object | symbol; parent: number; label: Label; bytes: number }> {
    this.memory.write(new ByteWriter());
    const memory = this.memory.sizes();
    for (let at = 0; at < this.#values.length; at++) {
      const head = (this.#headStarts[at + 1] ?? this.heads.length) - this.#headStarts[at]!;
      const body = (this.#bodyStarts[at + 1] ?? this.bodies.length) - this.#bodyStarts[at]!;
      const bytes = head + body + (memory.get(at) ?? 0);
      yield { value: this.#values[at]!, parent: this.#parents[at]!, label: this.#labels[at]!, bytes };
    }
  }

  /** The finished payload. @param check Is told its length before it is made. */
  finish(check?: (length: number) => void): Uint8Array {
    const front = this.#front();
    const records = HEADER_LENGTH + 4 + front.length + this.heads.length + this.bodies.length;
    const { offsets, end } = this.memory.place(records);
    check?.(end);
    // Every byte is written below, so none needs to be cleared first.
    const payload = new Uint8Array(Buffer.allocUnsafeSlow(end).buffer);
    payload.set(envelopeHeader({ form: BodyForm.graph, runsCode: this.runsCode }));
    new DataView(payload.buffer).setUint32(HEADER_LENGTH, front.length, true);
    let at = HEADER_LENGTH + 4;
    for (const part of [front, this.heads.written(), this.bodies.written()]) {
      payload.set(part, at);
      at += part.length;
    }
    this.memory.copy(payload, offsets, at);
    return seal(payload);
  }

  #front(): Uint8Array {
    const front = new ByteWriter();
    front.unsigned(this.#values.length);
    front.unsigned(this.heads.length);
    front.unsigned(this.#rootLength);
    front.unsigned(this.bodies.length);
    front.unsigned(this.modules.size);
    for (const module of this.modules) front.string(module);
    this.memory.write(front);
    return front.written();
  }
}

/** Whether a record is nothing that the program has. */
function isNoValue(value: object): boolean {
  return value instanceof SharedVariable || value instanceof WeakEntry;
}

function hasSameNames(a: readonly string[], b: readonly string[]): boolean {
  const { length } = a;
  if (length !== b.length) return false;
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** A list of keys as a path from the empty list. */
interface Shape {
  /** 0 as long as no object has just these keys. */
  number: number;
  readonly next: Map<string, Shape>;
}
