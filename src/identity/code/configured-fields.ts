import { parseFunction, privateValues } from '../../inspect/index.ts';
import {
  type Change,
  COUNTED,
  EVOLVED,
  type FieldChanges,
  fieldChanges,
  type MemberChanges,
  REPLACED,
} from './field-changes.ts';
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
  /** Those of them whose answers depend on what it was, if what changes it is only called. */
  readonly evolvedBy: ReadonlySet<string>;
  /** Those that put in what they are given and answer nothing. */
  readonly fedBy: ReadonlySet<string>;
}

/**
 * The private fields of an instance that hold what it was given: by its constructor, or by its members (`add(word)`,
 * `use(model)`, `set limit(n)`, `fit(data)`). Counters are scratch, and what only those members look at which fill it in while
 * they give an answer, such as caches.
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

/** A private field that is state: what the code asks for changes with every call of it, which is the other name. */
export function stateOf(
  instance: object,
  isCalled: (member: string) => boolean,
): { readonly field: string; readonly member: string } | undefined {
  for (const { name, changedBy, evolvedBy, fedBy } of fieldNames(Object.getPrototypeOf(instance))) {
    const asked = [...changedBy].filter((member) => isCalled(member) && !fedBy.has(member));
    // What the code itself puts in, as into a cache, it would put in again.
    const isFilledElsewhere = fedBy.size > 0 && ![...fedBy].some(isCalled);
    const member = asked.find((one) => evolvedBy.has(one) || isFilledElsewhere);
    if (member !== undefined) return { field: name, member };
  }
  return undefined;
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
  const isGiven = (field: string): boolean => lineage.some(({ given }) => given.has(field));
  const fields = new Map<string, FieldUse>();
  const useOf = (field: string): FieldUse => {
    const use = fields.get(field) ?? new FieldUse();
    fields.set(field, use);
    return use;
  };
  for (const member of members) {
    // Nobody else calls it, and whoever does is looked at.
    if (member.name.startsWith('#')) continue;
    const reached = reachedFrom(member, members);
    const changes = changesOf(reached);
    for (const [field, change] of changes) {
      const use = useOf(field);
      use.by.add(member.name);
      use.most = Math.max(use.most, change) as Change;
      if (!member.isQuery) {
        if (reached.some(({ feeds }) => feeds.has(field))) use.fedBy.add(member.name);
        continue;
      }
      use.isAnswered = true;
      const isMadeOfIt = reached.some(({ returns }) => returns.has(field));
      if (change === EVOLVED ? isMadeOfIt || isGiven(field) : change === COUNTED && isMadeOfIt) {
        use.evolvedBy.add(member.name);
      }
    }
    for (const { reads } of reached) for (const field of reads) if (!changes.has(field)) useOf(field).isShown = true;
  }
  /** Whether it tells nothing of an instance but what was asked of it. */
  const isScratch = (field: string): boolean => {
    const use = fields.get(field);
    if (use?.isAnswered !== true) return false;
    if (use.most === COUNTED) return !isGiven(field) && use.evolvedBy.size === 0;
    return use.most < EVOLVED && use.fedBy.size === 0 && !use.isShown && !(use.most === REPLACED && isGiven(field));
  };
  // In the order of the source: minifiers give other names to private fields.
  const names = new Set<string>();
  for (const { given, calledByConstructor } of lineage) {
    for (const name of given) names.add(name);
    for (const member of members) {
      if (!calledByConstructor.has(member.name)) continue;
      for (const field of changesOf(reachedFrom(member, members)).keys()) names.add(field);
    }
  }
  for (const [field, { by }] of fields) if (by.size > 0) names.add(field);
  return [...names]
    .filter((name) => !isScratch(name))
    .map((name) => {
      const { by, evolvedBy, fedBy } = fields.get(name) ?? new FieldUse();
      return { name, changedBy: by, evolvedBy, fedBy };
    });
}

/** What the members of a class do to a private field. */
class FieldUse {
  /** Those that change it; of them those whose answers depend on what it was, and those that put in what they are given. */
  readonly by = new Set<string>();
  readonly evolvedBy = new Set<string>();
  readonly fedBy = new Set<string>();
  /** Whether one that changes it gives an answer, and whether another one looks at it. */
  isAnswered = false;
  isShown = false;
  /** The least harmless of the changes. */
  most: Change = COUNTED;
}

/** A member, and those of its instance that run with it. */
function reachedFrom(member: MemberChanges, members: readonly MemberChanges[]): readonly MemberChanges[] {
  const seen = new Set([member]);
  for (const one of seen) for (const other of members) if (one.mentions.has(other.name)) seen.add(other);
  return [...seen];
}

/** The private fields that members change, and how. */
function changesOf(members: readonly MemberChanges[]): ReadonlyMap<string, Change> {
  const changes = new Map<string, Change>();
  for (const one of members) {
    for (const [field, change] of one.changes) {
      changes.set(field, Math.max(change, changes.get(field) ?? COUNTED) as Change);
    }
  }
  return changes;
}
