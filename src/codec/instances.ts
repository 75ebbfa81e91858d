import { hasPrivateMembers, keepsStateApart } from '../inspect/index.ts';
import type { ClassTable } from './class-table.ts';

/** Of an instance, what is stored; the same hooks as those by which it travels. */
const getState: unique symbol = Symbol.for('hypernodes.getState') as never;
export const fromState: unique symbol = Symbol.for('hypernodes.fromState') as never;

/** How an instance is stored. */
export interface StoredInstance {
  /** Id of its class. */
  readonly id: string;
  /** What its `[getState]()` returned; without one, its own fields are stored. */
  readonly state?: { readonly value: unknown };
}

/** Why an instance cannot be stored, and what to do about it. */
export interface InstanceObstacle {
  readonly found: string;
  readonly advice: string;
}

const hiding = new WeakMap<Function, boolean>();

/** How to store an instance so that loading gives an instance of the same class with the same content. */
export function storedInstance(value: object, classes: ClassTable): StoredInstance | InstanceObstacle | undefined {
  const made = classOf(value);
  if (made === undefined || !isOfClasses(value)) return undefined;
  const { name } = made;
  const id = classes.idOf(made);
  if (id === undefined) {
    return {
      found: `an instance of ${name}, a class that the node's code does not name`,
      advice: `Name it in deps: [${name}], so that it is known where the result is loaded, or return plain data`,
    };
  }
  const hooks = value as { [getState]?: () => unknown };
  if (typeof hooks[getState] === 'function') return { id, state: { value: hooks[getState]() } };
  let hides = hiding.get(made);
  if (hides === undefined) {
    hides = lineage(value).some((one) => hasPrivateMembers(one) || keepsStateApart(one));
    hiding.set(made, hides);
  }
  if (!hides) return { id };
  return {
    found: `an instance of ${name}, whose #private members nobody else can read`,
    advice: `Define [getState]() and static [fromState](state) on ${name}, or return plain data`,
  };
}

/** An empty instance, to be given its fields. @throws RangeError for a class that is not here. */
export function emptyInstance(id: string, classes: ClassTable | undefined): object {
  return Object.create(classBehind(id, classes).prototype as object) as object;
}

/** An instance with a state. @throws RangeError for a class that is not here. */
export function instanceWithState(id: string, state: unknown, classes: ClassTable | undefined): unknown {
  const made = classBehind(id, classes);
  const make = (made as { [fromState]?: (state: unknown) => unknown })[fromState];
  return make === undefined
    ? Object.assign(Object.create(made.prototype as object) as object, state)
    : make.call(made, state);
}

function classBehind(id: string, classes: ClassTable | undefined): Function {
  const made = classes?.classOf(id);
  if (made === undefined) throw new RangeError(`unknown class ${id}`);
  return made;
}

function classOf(value: object): Function | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== 'object' || prototype === null) return undefined;
  const made: unknown = Reflect.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return typeof made === 'function' && made.prototype === prototype ? made : undefined;
}

/** Whether an object has a class and nothing but classes behind it: nothing in it that only the engine sees. */
function isOfClasses(value: object): boolean {
  let prototype: object | null = Object.getPrototypeOf(value) as object | null;
  while (prototype && prototype !== Object.prototype) {
    if (classOf(Object.create(prototype) as object) === undefined) return false;
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return prototype === Object.prototype;
}

function lineage(value: object): Function[] {
  const made: Function[] = [];
  for (let at = classOf(value); at?.prototype; at = classOf(at.prototype as object)) made.push(at);
  return made;
}
