import { ByteReader } from './byte-reader.ts';
import { corrupt } from './corrupt.ts';
import { HEADER_LENGTH } from './envelope.ts';
import { Integrity, Property, Prototype, Slot } from './format.ts';
import { type PayloadMemory, readMemory } from './payload-memory.ts';

/** Stands for a value that is not made yet. */
export const PENDING: unique symbol = Symbol('pending');

/** A value, or the number of the record that will be it. */
export interface Part {
  readonly value: unknown;
  /** -1 for a value that was never pending. */
  readonly record: number;
}

/** A value that can only be made when others are there: functions, classes, what a constructor makes. */
export interface Late {
  /** Records without which it cannot be made. */
  needs(): readonly number[];
  make(): unknown;
}

/**
 * Reads records back: first every empty object, then what fills them, then, in an order that respects what they need, the
 * values that have to be made by running something.
 */
export class Decoder {
  readonly heads: ByteReader;
  readonly bodies: ByteReader;
  readonly memory: PayloadMemory;
  readonly count: number;
  /** Modules that it names. */
  readonly modules: readonly string[];
  /** Folder from which packages are looked up. */
  readonly base: string;
  readonly allowsFunctions: boolean;
  readonly shapes: (readonly string[])[] = [];

  readonly #rootLength: number;
  readonly #values: unknown[] = [];
  readonly #lates = new Map<number, Late>();
  readonly #waiting = new Map<number, ((value: unknown) => void)[]>();
  /** What each record refers to, one record after the other. */
  readonly #edges: number[] = [];
  /** Where in {@link #edges} those of each record begin. */
  readonly #firstEdges: number[] = [];
  readonly #closing: (() => void)[] = [];
  /** Records that nothing refers to, and whose parts are to be made all the same. */
  readonly #alsoReached: number[] = [];
  #current = -1;
  #lastRecord = -1;
  #hasLates = false;

  constructor(payload: Uint8Array, options: { readonly base: string; readonly allowsFunctions: boolean }) {
    this.base = options.base;
    this.allowsFunctions = options.allowsFunctions;
    const start = new ByteReader(payload.subarray(HEADER_LENGTH));
    const frontLength = new DataView(payload.buffer, payload.byteOffset, payload.byteLength).getUint32(
      HEADER_LENGTH,
      true,
    );
    start.seek(4);
    const front = new ByteReader(start.bytes(frontLength));
    this.count = front.unsigned();
    this.heads = new ByteReader(start.bytes(front.unsigned()));
    this.#rootLength = front.unsigned();
    this.bodies = new ByteReader(start.bytes(front.unsigned()));
    if (this.count > this.heads.remaining) throw corrupt('it counts more records than it has');
    this.modules = Array.from({ length: front.count() }, () => front.string());
    this.memory = readMemory(front, payload, HEADER_LENGTH + start.position);
  }

  /** Reads everything. */
  decode(
    readHead: (decoder: Decoder, record: number) => unknown,
    fill: (decoder: Decoder, record: number) => void,
  ): unknown {
    for (let record = 0; record < this.count; record++) this.#values.push(readHead(this, record));
    this.#hasLates = this.#values.includes(PENDING);
    const root = this.part();
    if (this.bodies.position !== this.#rootLength) throw corrupt('its root is not where it should be');
    for (let record = 0; record < this.count; record++) {
      this.#current = record;
      this.#firstEdges.push(this.#edges.length);
      fill(this, record);
    }
    this.#firstEdges.push(this.#edges.length);
    this.#current = -1;
    if (this.bodies.remaining > 0) throw corrupt('there is something behind its last record');
    if (this.#lates.size > 0) this.#makeReachable([root.record, ...this.#alsoReached]);
    for (const close of this.#closing) close();
    const value = this.resolve(root);
    if (value === PENDING) throw corrupt('its parts need each other before any of them can be made');
    return value;
  }

  /** The value in the next slot, or `PENDING`; then {@link lastRecord} is what it will be. */
  read(): unknown {
    const { bodies } = this;
    this.#lastRecord = -1;
    switch (bodies.byte()) {
      case Slot.undefined:
        return undefined;
      case Slot.null:
        return null;
      case Slot.true:
        return true;
      case Slot.false:
        return false;
      case Slot.natural:
        return bodies.unsigned();
      case Slot.negative:
        return -bodies.unsigned();
      case Slot.double:
        return bodies.double();
      case Slot.string:
        return bodies.string();
      case Slot.bigint:
        return readBigInt(bodies.string());
      case Slot.record:
        return this.#record();
      default:
        throw corrupt('a value in it is of no known kind');
    }
  }

  /** The record behind what {@link read} gave last, or -1. */
  get lastRecord(): number {
    return this.#lastRecord;
  }

  /** The next slot, to be looked at again when its value is there. */
  part(): Part {
    const value = this.read();
    return { value, record: this.#lastRecord };
  }

  /** A part that is always a record, without the byte that says so. */
  recordPart(): Part {
    const value = this.#record();
    return { value, record: this.#lastRecord };
  }

  #record(): unknown {
    const record = this.bodies.unsigned();
    if (record >= this.count) throw corrupt('it refers to a record that it does not have');
    if (this.#hasLates && this.#current >= 0) this.#edges.push(record);
    this.#lastRecord = record;
    return this.#values[record];
  }

  /** Hands the value of a part over, now or when it is made. @returns Whether that was now. */
  give(part: Part, give: (value: unknown) => void): boolean {
    const value = this.resolve(part);
    if (value !== PENDING) {
      give(value);
      return true;
    }
    const waiting = this.#waiting.get(part.record);
    if (waiting) waiting.push(give);
    else this.#waiting.set(part.record, [give]);
    return false;
  }

  /** The value of a part as it is known now. */
  resolve(part: Part): unknown {
    return part.value === PENDING ? this.#values[part.record] : part.value;
  }

  /** The object of a record that is being filled. */
  value(record: number): unknown {
    return this.#values[record];
  }

  /** Announces a value that has to be made. */
  late(record: number, late: Late): void {
    this.#lates.set(record, late);
  }

  /** Does something when every value is there. */
  atEnd(action: () => void): void {
    this.#closing.push(action);
  }

  /** Makes what a record refers to, although nothing refers to the record. */
  alsoReached(record: number): void {
    this.#alsoReached.push(record);
  }

  /** Forgets what the current record refers to: it turned out not to be needed. */
  dropEdges(): void {
    this.#edges.length = this.#firstEdges[this.#current]!;
  }

  /** Reads own properties and defines them on `target`. */
  properties(target: object): void {
    const count = this.bodies.count();
    for (let i = 0; i < count; i++) this.#property()(target);
  }

  /** Reads own properties for an object that is made later. */
  collectProperties(): (target: object) => void {
    const properties = Array.from({ length: this.bodies.count() }, () => this.#property());
    return (target) => {
      for (const define of properties) define(target);
    };
  }

  #property(): (target: object) => void {
    const key = this.read();
    if (typeof key !== 'string' && typeof key !== 'symbol') throw corrupt('a property in it has no name');
    const flags = this.bodies.byte();
    if (flags & Property.accessor) {
      const [get, set] = [this.part(), this.part()];
      return (target) => this.#accessor(target, key, flags, get, set);
    }
    const part = this.part();
    return (target) => this.#data(target, key, flags, part);
  }

  #data(target: object, key: string | symbol, flags: number, part: Part): void {
    const define = (value: unknown): void => {
      Object.defineProperty(target, key, {
        value,
        enumerable: (flags & Property.enumerable) !== 0,
        writable: (flags & Property.writable) !== 0,
        configurable: (flags & Property.configurable) !== 0,
      });
    };
    // The place among the properties is taken even when the value comes later.
    if (!this.give(part, define))
      Object.defineProperty(target, key, { value: undefined, configurable: true, enumerable: true });
  }

  #accessor(target: object, key: string | symbol, flags: number, get: Part, set: Part): void {
    const define = (): boolean => {
      const [getter, setter] = [this.resolve(get), this.resolve(set)];
      if (getter === PENDING || setter === PENDING) return false;
      if (![getter, setter].every((half) => half === undefined || typeof half === 'function')) {
        throw corrupt('a getter or setter in it is no function');
      }
      Object.defineProperty(target, key, {
        get: getter as () => unknown,
        set: setter as (value: unknown) => void,
        enumerable: (flags & Property.enumerable) !== 0,
        configurable: true,
      });
      if (!(flags & Property.configurable)) Object.defineProperty(target, key, { configurable: false });
      return true;
    };
    if (define()) return;
    Object.defineProperty(target, key, { value: undefined, configurable: true, enumerable: true });
    for (const half of [get, set]) if (this.resolve(half) === PENDING) this.give(half, define);
  }

  /** Reads the prototype of `target` and sets it. */
  prototype(target: object): void {
    switch (this.bodies.byte()) {
      case Prototype.usual:
        return;
      case Prototype.null:
        Object.setPrototypeOf(target, null);
        return;
      case Prototype.record:
        this.give(this.recordPart(), (value) => {
          if ((typeof value !== 'object' && typeof value !== 'function') || value === null)
            throw corrupt('a prototype in it is no object');
          setPrototype(target, value);
        });
        return;
      default:
        throw corrupt('a prototype in it is of no known kind');
    }
  }

  /** Reads whether `target` can still get properties. */
  integrity(target: object): void {
    this.collectIntegrity()(target);
  }

  /** Reads whether an object that is made later can still get properties. */
  collectIntegrity(): (target: object) => void {
    const integrity = this.bodies.byte();
    if (integrity === Integrity.open) return () => {};
    return (target) => {
      this.atEnd(() => {
        if (integrity === Integrity.frozen) Object.freeze(target);
        else if (integrity === Integrity.sealed) Object.seal(target);
        else Object.preventExtensions(target);
      });
    };
  }

  /** Makes late values, each after what it reaches, as far as they don't need each other. */
  #makeReachable(roots: readonly number[]): void {
    const [edges, firstEdges] = [this.#edges, this.#firstEdges];
    /** Which edge of each record is to be followed next. */
    const next = firstEdges.slice();
    const seen = new Uint8Array(this.count);
    const stack: number[] = [];
    const reach = (record: number): void => {
      if (record < 0 || seen[record] === 1) return;
      seen[record] = 1;
      stack.push(record);
    };
    for (const root of roots) {
      reach(root);
      while (stack.length > 0) {
        const record = stack.at(-1)!;
        if (next[record]! < firstEdges[record + 1]!) {
          reach(edges[next[record]!++]!);
        } else {
          stack.pop();
          if (this.#values[record] === PENDING) this.#make(record, new Set());
        }
      }
    }
  }

  #make(record: number, underway: Set<number>): void {
    const late = this.#lates.get(record);
    if (!late || this.#values[record] !== PENDING) return;
    if (underway.has(record)) throw corrupt('two values in it need each other before either can be made');
    underway.add(record);
    for (const need of late.needs()) this.#make(need, underway);
    const value = late.make();
    this.#values[record] = value;
    this.#lates.delete(record);
    const waiting = this.#waiting.get(record) ?? [];
    this.#waiting.delete(record);
    for (const give of waiting) give(value);
  }
}

function readBigInt(text: string): bigint {
  const [, sign, digits] = /^(-?)([0-9a-f]+)$/.exec(text) ?? [];
  if (digits === undefined) throw corrupt('a bigint in it is none');
  const value = BigInt(`0x${digits}`);
  return sign === '-' ? -value : value;
}

function setPrototype(target: object, prototype: object): void {
  try {
    Object.setPrototypeOf(target, prototype);
  } catch (error) {
    throw corrupt('a prototype in it inherits from itself', error);
  }
}
