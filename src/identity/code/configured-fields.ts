import { parseFunction, privateValues } from '../../inspect/index.ts';
import { type FieldChanges, fieldChanges, type MemberChanges } from './field-changes.ts';
import { functionTerm } from './function-term.ts';

/** One private field of an instance. */
export interface ConfiguredField {
  /** As it is written: `_factor`, `#factor`. */
  readonly name: string;
  readonly value: unknown;
}

/** A private field that tells instances apart, and the members that change it. */
export interface FieldName {
  readonly name: string;
  /** `add`; with `=` behind it where assigning to a member does it. */
  readonly changedBy: ReadonlySet<string>;
}

/**
 * The private fields of an instance that hold what it was given: by its constructor, or by members that only do something
 * (`add(word)`, `use(model)`, `set limit(n)`). What members change while they give an answer, such as caches and counters,
 * is scratch.
 *
 * @param isCalled Whether the code calls a member of that name: what the code itself changes is no configuration of it.
 */
export function configuredFields(instance: object, isCalled: (member: string) => boolean): readonly ConfiguredField[] {
  const fields: ConfiguredField[] = [];
  let hidden: ReadonlyMap<string, unknown> | undefined;
  for (const { name, changedBy } of fieldNames(Object.getPrototypeOf(instance))) {
    if ([...changedBy].some(isCalled)) continue;
    if (name.startsWith('#')) {
      hidden ??= privateValues(instance);
      for (let key = name.slice(1); hidden.has(key); key += "'") fields.push({ name, value: hidden.get(key) });
    } else if (Object.hasOwn(instance, name)) {
      fields.push({ name, value: (instance as Record<string, unknown>)[name] });
    }
  }
  return fields;
}

const namesByPrototype = new WeakMap<object, readonly FieldName[]>();

/** The names of these fields, as far as the classes' own text tells them. */
export function fieldNames(prototype: object | null): readonly FieldName[] {
  if (prototype === null) return [];
  let names = namesByPrototype.get(prototype);
  if (!names) {
    names = findNames(prototype);
    namesByPrototype.set(prototype, names);
  }
  return names;
}

function findNames(prototype: object): readonly FieldName[] {
  const lineage: FieldChanges[] = [];
  for (let at: unknown = prototype; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    const made: unknown = (at as { readonly constructor?: unknown }).constructor;
    const parsed = typeof made === 'function' && made.prototype === at ? parseFunction(made) : undefined;
    const term = parsed?.ok ? functionTerm(parsed) : undefined;
    if (term?.[0] === 'class') lineage.push(fieldChanges(term));
  }
  const members = lineage.flatMap((one) => one.members);
  const scratch = new Set<string>();
  const commands = new Map<string, Set<string>>();
  for (const member of members) {
    // Nobody else calls it, and whoever does is looked at.
    if (member.name.startsWith('#')) continue;
    for (const field of changesOf(member, members)) {
      if (member.isQuery) scratch.add(field);
      else commands.set(field, (commands.get(field) ?? new Set()).add(member.name));
    }
  }
  // In the order of the source: minifiers give other names to private fields.
  const names = new Set<string>();
  for (const { given, calledByConstructor } of lineage) {
    for (const name of given) names.add(name);
    for (const member of members) {
      if (calledByConstructor.has(member.name)) for (const field of changesOf(member, members)) names.add(field);
    }
  }
  for (const field of commands.keys()) names.add(field);
  return [...names]
    .filter((name) => !scratch.has(name))
    .map((name) => ({ name, changedBy: commands.get(name) ?? new Set() }));
}

/** The private fields that a member changes, itself or through others of its instance. */
function changesOf(member: MemberChanges, members: readonly MemberChanges[]): ReadonlySet<string> {
  const changes = new Set<string>();
  const seen = new Set([member]);
  for (const one of seen) {
    for (const field of one.changes) changes.add(field);
    for (const other of members) if (one.mentions.has(other.name)) seen.add(other);
  }
  return changes;
}
