import type { ClassTable } from './class-table.ts';
import { emptyInstance, instanceWithState, type StoredInstance } from './instances.ts';
import type { Storable } from './plain-data.ts';
import { TYPED_ARRAYS } from './typed-arrays.ts';

/** Key that marks an object as standing for something that `v8.serialize` does not carry. */
const MARK = '\u0000hypernodes';

/** Stands for an instance whose state is being copied. */
const UNDERWAY: unique symbol = Symbol('underway');
const OWN_INSTANCE = 'a state cannot hold the instance that it is the state of';

type StandIn =
  | { readonly [MARK]: 'url'; readonly href: string }
  | { readonly [MARK]: 'search'; readonly text: string }
  | { readonly [MARK]: 'symbol'; readonly key: string }
  | { readonly [MARK]: 'record'; entries: [string, unknown][] }
  | { readonly [MARK]: 'instance'; readonly class: string; entries: [string, unknown][] }
  | { readonly [MARK]: 'state'; readonly class: string; state: unknown }
  | { readonly [MARK]: 'error'; readonly name: string; fields: ErrorField[] }
  | {
      readonly [MARK]: 'view';
      readonly name: string;
      readonly buffer: ArrayBufferLike;
      readonly at: number;
      readonly length: number;
    };

/** Name, value, and whether it is seen when fields are listed. */
type ErrorField = [key: string, value: unknown, enumerable: boolean];

const ERRORS: Readonly<Record<string, { readonly prototype: object }>> = {
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
  AggregateError,
};

type ViewConstructor = new (buffer: ArrayBufferLike, at: number, length: number) => ArrayBufferView;
const VIEWS = new Map<string, ViewConstructor>([...TYPED_ARRAYS, DataView].map((View) => [View.name, View]));

/** A copy of a value in which stand-ins take the place of what could not be stored as it is. */
export function replaceParts(root: unknown, { shared, instances }: Storable): unknown {
  const copies = new Map<object, unknown>();
  const copy = (value: unknown): unknown => {
    if (typeof value === 'symbol') return { [MARK]: 'symbol', key: Symbol.keyFor(value) };
    if (typeof value !== 'object' || value === null) return value;
    const known = copies.get(value);
    if (known === UNDERWAY) throw new RangeError(OWN_INSTANCE);
    if (known !== undefined) return known;
    const keep = <T>(made: T): T => {
      copies.set(value, made);
      return made;
    };
    if (Array.isArray(value)) {
      const list = keep(new Array<unknown>(value.length));
      for (const key of Object.keys(value))
        (list as unknown as Record<string, unknown>)[key] = copy((value as never)[key]);
      return list;
    }
    if (value instanceof Map) {
      const map = keep(new Map());
      for (const [key, item] of value) map.set(copy(key), copy(item));
      return map;
    }
    if (value instanceof Set) {
      const set = keep(new Set());
      for (const item of value) set.add(copy(item));
      return set;
    }
    const instance = instances.get(value);
    if (instance) return standInFor(value, instance, copy, keep);
    if (value instanceof URL) return keep({ [MARK]: 'url', href: value.href });
    if (value instanceof URLSearchParams) return keep({ [MARK]: 'search', text: value.toString() });
    if (ArrayBuffer.isView(value)) {
      return Buffer.isBuffer(value) || !shared.has(value.buffer) ? value : keep(viewOf(value));
    }
    if (value instanceof Error) {
      const standIn = keep({ [MARK]: 'error', name: value.constructor.name, fields: [] as ErrorField[] });
      for (const key of Object.getOwnPropertyNames(value)) {
        const enumerable = Object.prototype.propertyIsEnumerable.call(value, key);
        standIn.fields.push([key, copy((value as never)[key]), enumerable]);
      }
      return standIn;
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== null && prototype !== Object.prototype) return value;
    if (prototype === null || Object.hasOwn(value, MARK)) {
      const standIn = keep({ [MARK]: prototype === null ? 'record' : 'escaped', entries: [] as [string, unknown][] });
      for (const [key, item] of Object.entries(value)) standIn.entries.push([key, copy(item)]);
      return standIn;
    }
    const record = keep({} as Record<string, unknown>);
    for (const [key, item] of Object.entries(value)) define(record, key, copy(item));
    return record;
  };
  return copy(root);
}

function standInFor(
  value: object,
  { id, state }: StoredInstance,
  copy: (value: unknown) => unknown,
  keep: <T>(made: T) => T,
): StandIn {
  if (state) {
    keep(UNDERWAY);
    return keep({ [MARK]: 'state' as const, class: id, state: copy(state.value) });
  }
  const standIn = keep({ [MARK]: 'instance' as const, class: id, entries: [] as [string, unknown][] });
  for (const [key, item] of Object.entries(value)) standIn.entries.push([key, copy(item)]);
  return standIn;
}

function viewOf(view: ArrayBufferView): StandIn {
  const length = view instanceof DataView ? view.byteLength : (view as unknown as ArrayLike<unknown>).length;
  return { [MARK]: 'view', name: view.constructor.name, buffer: view.buffer, at: view.byteOffset, length };
}

/** Undoes `replaceParts`; changes and returns the value that it is given. @throws RangeError for an unknown class. */
export function restoreParts(root: unknown, classes?: ClassTable): unknown {
  const restored = new Map<object, unknown>();
  const restore = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (restored.get(value) === UNDERWAY) throw new RangeError(OWN_INSTANCE);
    if (restored.has(value)) return restored.get(value);
    if (Object.getPrototypeOf(value) === Object.prototype && Object.hasOwn(value, MARK)) {
      return rebuild(value as StandIn & { readonly [MARK]: string }, restored, restore, classes);
    }
    restored.set(value, value);
    if (value instanceof Map) {
      const entries = [...value];
      value.clear();
      for (const [key, item] of entries) value.set(restore(key), restore(item));
    } else if (value instanceof Set) {
      const items = [...value];
      value.clear();
      for (const item of items) value.add(restore(item));
    } else if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) {
      for (const key of Object.keys(value)) define(value, key, restore((value as Record<string, unknown>)[key]));
    }
    return value;
  };
  return restore(root);
}

function rebuild(
  standIn: { readonly [MARK]: string } & Partial<Record<string, unknown>>,
  restored: Map<object, unknown>,
  restore: (value: unknown) => unknown,
  classes: ClassTable | undefined,
): unknown {
  const keep = <T>(made: T): T => {
    restored.set(standIn, made);
    return made;
  };
  switch (standIn[MARK]) {
    case 'url':
      return keep(new URL(standIn.href as string));
    case 'search':
      return keep(new URLSearchParams(standIn.text as string));
    case 'symbol':
      return keep(Symbol.for(standIn.key as string));
    case 'instance': {
      const instance = keep(emptyInstance(standIn.class as string, classes));
      for (const [key, item] of standIn.entries as [string, unknown][]) define(instance, key, restore(item));
      return instance;
    }
    case 'state': {
      keep(UNDERWAY);
      return keep(instanceWithState(standIn.class as string, restore(standIn.state), classes));
    }
    case 'view': {
      const View = VIEWS.get(standIn.name as string)!;
      return keep(new View(standIn.buffer as ArrayBufferLike, standIn.at as number, standIn.length as number));
    }
    case 'error': {
      const prototype = ERRORS[standIn.name as string]?.prototype ?? Error.prototype;
      const error = keep(Object.setPrototypeOf(new Error(), prototype) as Error);
      for (const key of Object.getOwnPropertyNames(error)) Reflect.deleteProperty(error, key);
      for (const [key, item, enumerable] of standIn.fields as ErrorField[]) {
        Object.defineProperty(error, key, { value: restore(item), enumerable, writable: true, configurable: true });
      }
      return error;
    }
    default: {
      const record = keep(standIn[MARK] === 'record' ? Object.create(null) : {});
      for (const [key, item] of standIn.entries as [string, unknown][]) define(record, key, restore(item));
      return record;
    }
  }
}

/** Sets an own property, also one called `__proto__`. */
function define(target: object, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else (target as Record<string, unknown>)[key] = value;
}
