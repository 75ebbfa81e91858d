/** What a value slot begins with. Part of the format, like everything in this file. */
export const Slot = {
  undefined: 0,
  null: 1,
  true: 2,
  false: 3,
  /** A whole number from 0. */
  natural: 4,
  /** A whole number below 0, without its sign. */
  negative: 5,
  double: 6,
  string: 7,
  bigint: 8,
  /** The number of a record. */
  record: 9,
} as const;

/** What a record's head begins with: everything that has an identity is a record. */
export const Kind = {
  /** A plain object with ordinary properties. */
  object: 1,
  /** Any other object without inner slots: own prototype, accessors, symbols. */
  record: 2,
  array: 3,
  map: 4,
  set: 5,
  date: 6,
  regexp: 7,
  boxed: 8,
  error: 9,
  arrayBuffer: 10,
  view: 11,
  symbol: 12,
  /** An object that a constructor of the language or platform makes again from arguments: `URL`, `Intl.Collator`. */
  constructed: 13,
  /** A member of the language, of a builtin module or of a package. */
  reference: 14,
  function: 15,
  class: 16,
  bound: 17,
  /** An instance with `[getState]`. */
  state: 18,
  /** What `[reduce]` describes. */
  reduced: 19,
  namespace: 20,
  /** The prototype object of a class or function. */
  prototype: 21,
  /** A variable that is assigned somewhere, so that functions may have to share it. */
  variable: 22,
  /** A function of a class that travels too. */
  member: 23,
  /** A weak collection in which a class keeps something about its instances. */
  weak: 24,
  /** What a weak collection holds for one of the records. */
  weakEntry: 25,
} as const;

/** Whether objects can still get properties. */
export const Integrity = { open: 0, closed: 1, sealed: 2, frozen: 3 } as const;

/** Bits of a property. */
export const Property = { enumerable: 1, writable: 2, configurable: 4, accessor: 8, ordinary: 7 } as const;

/** How the prototype of a record is told. */
export const Prototype = { usual: 0, null: 1, record: 2 } as const;

/** How the `prototype` of a function is told: as its source makes it, with changes, or as another object. */
export const PrototypeObject = { usual: 0, changed: 1, other: 2 } as const;

/** What of a property a function is. */
export const MemberPart = { value: 0, get: 1, set: 2 } as const;

export const WeakForm = { map: 0, set: 1 } as const;
export const SymbolForm = { registered: 0, wellKnown: 1, unique: 2 } as const;
export const ReferenceForm = { builtin: 0, package: 1, require: 2 } as const;

/** The kinds of views on memory; their place in the list is their number in the format. */
export const viewTypes = [
  'Buffer',
  'Uint8Array',
  'Int8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
  'Float16Array',
] as const;

/** How a function holds a variable: by its value, or by a variable record that it reads, or also assigns. */
export const Capture = { value: 0, read: 1, written: 2 } as const;
