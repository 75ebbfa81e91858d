import { parseFunction, privateValues } from '../../inspect/index.ts';
import { changedPlace } from './changed-place.ts';
import { functionTerm } from './function-term.ts';
import { eachTerm, type Term } from './term.ts';

/** One private field of an instance. */
export interface ConfiguredField {
  /** As it is written: `_factor`, `#factor`. */
  readonly name: string;
  readonly value: unknown;
}

/**
 * The private fields of an instance that its constructors set from what they were given and that its classes never change:
 * what it was configured with. All others, such as caches and counters, are scratch.
 */
export function configuredFields(instance: object): readonly ConfiguredField[] {
  const fields: ConfiguredField[] = [];
  let hidden: ReadonlyMap<string, unknown> | undefined;
  for (const name of namesFor(Object.getPrototypeOf(instance))) {
    if (name.startsWith('#')) {
      hidden ??= privateValues(instance);
      if (hidden.has(name.slice(1))) fields.push({ name, value: hidden.get(name.slice(1)) });
    } else if (Object.hasOwn(instance, name)) {
      fields.push({ name, value: (instance as Record<string, unknown>)[name] });
    }
  }
  return fields;
}

const namesByPrototype = new WeakMap<object, readonly string[]>();

function namesFor(prototype: object | null): readonly string[] {
  if (prototype === null) return [];
  let names = namesByPrototype.get(prototype);
  if (!names) {
    names = findNames(prototype);
    namesByPrototype.set(prototype, names);
  }
  return names;
}

function findNames(prototype: object): readonly string[] {
  const given = new Set<string>();
  const changed = new Set<string>();
  for (let at: unknown = prototype; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    const made: unknown = (at as { readonly constructor?: unknown }).constructor;
    const parsed = typeof made === 'function' && made.prototype === at ? parseFunction(made) : undefined;
    const term = parsed?.ok ? functionTerm(parsed) : undefined;
    if (term?.[0] !== 'class') continue;
    const found = assignmentsOf(term);
    for (const name of found.given) given.add(name);
    for (const name of found.changed) changed.add(name);
  }
  // In the order of the source: minifiers give other names to private fields.
  return [...given].filter((name) => !changed.has(name));
}

interface Assignments {
  /** Private fields that the constructor gives something that it was given. */
  readonly given: Set<string>;
  /** Private fields that something changes later. */
  readonly changed: Set<string>;
}

function assignmentsOf(term: Term): Assignments {
  const found: Assignments = { given: new Set(), changed: new Set() };
  const [, , , methods, fields, statics] = term as unknown as [string, null, null, Term[], Term[], Term[]];
  for (const method of methods) {
    const [, kind, , , run] = method as unknown as [string, string, boolean, Term, Term];
    if (kind === 'constructor') for (const statement of run.at(-1) as readonly Term[]) construct(statement, found);
    else change(run, found);
  }
  for (const member of [...fields, ...statics]) change(member, found);
  return found;
}

/** What runs while an instance is made. */
function construct(term: Term, found: Assignments): void {
  if (term[0] === 'function') {
    change(term, found);
    return;
  }
  if (term[0] === 'assign' && term[1] === '=') {
    const [name] = privateKeys(term[2] as Term);
    const isOwn = (term[2] as Term)[0] === 'member' && ((term[2] as Term)[1] as Term)[0] === 'this';
    if (isOwn && name !== undefined) {
      if (mentionsLocal(term[3] as Term)) found.given.add(name);
      construct(term[3] as Term, found);
      return;
    }
  }
  noteChange(term, found);
  eachTerm(term, (part) => construct(part, found));
}

function change(term: Term, found: Assignments): void {
  noteChange(term, found);
  eachTerm(term, (part) => change(part, found));
}

function noteChange(term: Term, found: Assignments): void {
  const place = changedPlace(term);
  if (place) for (const name of privateKeys(place)) found.changed.add(name);
}

/** Private names on the way to a place: `#a`, `_b` of `this.#a.c._b`, the last one first. */
function privateKeys(place: Term): string[] {
  const names: string[] = [];
  for (let at = place; at[0] === 'member'; at = at[1] as Term) {
    const [tag, name] = at[2] as Term as unknown as [string, string];
    if (tag === 'private') names.push(`#${name}`);
    else if (tag === 'string' && name.startsWith('_')) names.push(name);
  }
  return names;
}

function mentionsLocal(term: Term): boolean {
  if (term[0] === 'local') return true;
  let found = false;
  eachTerm(term, (part) => {
    found ||= mentionsLocal(part);
  });
  return found;
}
