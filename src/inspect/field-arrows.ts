import type { AnyNode } from 'acorn';
import { definitionSite } from './definition-site.ts';
import { atEndOfGo, functionLocation, heirsOf } from './inspector.ts';
import { sourceText } from './source-text.ts';

/** With what esbuild and Babel write fields for old engines: `__publicField(this, 'key', () => …)`. */
const FIELD_HELPER = /^(?:__publicField|_defineProperty)\d*$/;

/** Arrow functions in fields, and the instances that they look like being of. */
export interface FieldArrows {
  readonly owners: ReadonlyMap<Function, object>;
  /** Whether nothing else is possible. */
  readonly isCertain: boolean;
}

const none: FieldArrows = { owners: new Map(), isCertain: false };

/**
 * Arrow functions that a class gives to a field of its instances, and the instances that they are of; those from the place
 * in the source where `fn` stands, which `holder` has in a field.
 *
 * Somebody may have put one into a field of another instance. But the one that it was made for is alive, because the
 * function holds it. So when each living instance has a function of its own from that place, it is the one made for it,
 * unless some have swapped theirs. Looking for them takes a collection of garbage, less than a look at the heap takes.
 *
 * @returns Nothing of functions that several instances have.
 */
export function fieldArrows(fn: Function, holder: object): FieldArrows {
  const key = Reflect.ownKeys(holder).find((one) => fieldOf(holder, one) === fn);
  const source = sourceText(fn);
  const made = classWith(holder, source);
  if (typeof key !== 'string' || source === undefined || !made || !isGivenTo(fn, source, key)) return none;
  const prototype = made.prototype as object;
  if (wasAsked(prototype, key)) return none;
  const owners = new Map<Function, object>();
  const shared = new Set<Function>();
  let instances = 0;
  for (const instance of heirsOf(prototype)) {
    if (isPrototype(instance)) continue;
    instances++;
    const held = fieldOf(instance, key);
    // What this one was made with may be in the field of another one.
    if (typeof held !== 'function' || sourceText(held) !== source) return none;
    if (owners.has(held)) shared.add(held);
    owners.set(held, instance);
  }
  for (const held of shared) owners.delete(held);
  return { owners, isCertain: instances === 1 };
}

/** By prototype, the fields that were asked about in the go that is under way. */
const asked = new Map<object, Set<string>>();

/** The answer covers all instances, so that asking again would tell no more. */
function wasAsked(prototype: object, key: string): boolean {
  if (asked.size === 0) atEndOfGo(() => asked.clear());
  const keys = asked.get(prototype);
  if (keys?.has(key)) return true;
  if (keys) keys.add(key);
  else asked.set(prototype, new Set([key]));
  return false;
}

const fieldOf = (object: object, key: string | symbol): unknown => Reflect.getOwnPropertyDescriptor(object, key)?.value;

/** The class of an instance that has this text in it. */
function classWith(instance: object, source: string | undefined): Function | undefined {
  if (source === undefined) return undefined;
  for (let at: object | null = Object.getPrototypeOf(instance); at; at = Object.getPrototypeOf(at)) {
    const made = fieldOf(at, 'constructor');
    if (typeof made === 'function' && made.prototype === at && sourceText(made)?.includes(source)) return made;
  }
  return undefined;
}

function isPrototype(object: object): boolean {
  const made = fieldOf(object, 'constructor');
  return typeof made === 'function' && made.prototype === object;
}

/** Whether the function is written as what a field of its `this` holds: `key = () => …`, `this.key = () => …`. */
function isGivenTo(fn: Function, source: string, key: string): boolean {
  const location = functionLocation(fn);
  const site = location && definitionSite(location, source)?.site;
  const parent = site?.parent;
  switch (parent?.type) {
    case 'PropertyDefinition':
      return !parent.static && !parent.computed && nameOf(parent.key) === key;
    case 'AssignmentExpression': {
      const { left } = parent;
      if (left.type !== 'MemberExpression' || left.computed) return false;
      return left.object.type === 'ThisExpression' && nameOf(left.property) === key;
    }
    case 'CallExpression': {
      if (!FIELD_HELPER.test(nameOf(parent.callee) ?? '')) return false;
      const [owner, name, value] = parent.arguments;
      return owner?.type === 'ThisExpression' && value === site?.node && name !== undefined && nameOf(name) === key;
    }
    default:
      return false;
  }
}

function nameOf(node: AnyNode): string | undefined {
  if (node.type === 'Identifier') return node.name;
  return node.type === 'Literal' ? String(node.value) : undefined;
}
