import { changedPlace } from './changed-place.ts';
import { eachTerm, is, type Term } from './term.ts';

/**
 * How a field is changed, from the most harmless on: counted up or down; filled in under a key or where nothing was; given
 * another value; made of what it was.
 */
export type Change = 0 | 1 | 2 | 3;
export const [COUNTED, FILLED, REPLACED, EVOLVED]: readonly [0, 1, 2, 3] = [0, 1, 2, 3];

/** Methods that put something into a map or set under a key, or take it away. */
const KEYED: ReadonlySet<unknown> = new Set(['set', 'add', 'delete', 'clear']);

/** One member of a class, and what it does to the private fields of instances. */
export interface MemberChanges {
  /** `add`, `#grow`; with `=` behind it for what runs when a value is assigned. */
  readonly name: string;
  /** Whether somebody takes what it gives: one that only does something gives nothing, or the instance itself. */
  readonly isQuery: boolean;
  /** Private fields that it changes, as they are written, `_words`, `#words`, and how. */
  readonly changes: ReadonlyMap<string, Change>;
  /** Those that it changes into something that it was given. */
  readonly feeds: ReadonlySet<string>;
  /** All private fields that it mentions, and those that are part of what it returns, not only of what it hands on. */
  readonly reads: ReadonlySet<string>;
  readonly returns: ReadonlySet<string>;
  /** Private fields of what it has only just made, which it changes. */
  readonly gives: ReadonlySet<string>;
  /** Names of the members that it mentions of its own instance. */
  readonly mentions: ReadonlySet<string>;
}

/** What a class does to the private fields of its instances. */
export interface FieldChanges {
  /** Private fields that get something from outside while an instance is made. */
  readonly given: ReadonlySet<string>;
  /** Names of the members to which the constructor hands something on. */
  readonly calledByConstructor: ReadonlySet<string>;
  readonly members: readonly MemberChanges[];
}

const known = new WeakMap<Term, FieldChanges>();

/** Reads them from the term of a class; done once per source. */
export function fieldChanges(made: Term): FieldChanges {
  let found = known.get(made);
  if (!found) {
    found = read(made);
    known.set(made, found);
  }
  return found;
}

function read([, , , methods, fields, statics]: Term): FieldChanges {
  const members: MemberChanges[] = [];
  const given = new Set<string>();
  const calledByConstructor = new Set<string>();
  for (const [, kind, isStatic, key, run] of methods as readonly Term[]) {
    if (kind === 'constructor') construct((run as Term).at(-1) as readonly Term[], given, calledByConstructor, members);
    else members.push(memberOf(nameOf(key as Term, kind as string), kind as string, run as Term, isStatic === true));
  }
  for (const [tag, key, value] of [...(fields as readonly Term[]), ...(statics as readonly Term[])]) {
    if (tag === 'field' && is(value, 'function'))
      members.push(memberOf(nameOf(key as Term, 'method'), 'method', value, false));
  }
  for (const { gives } of members) for (const field of gives) given.add(field);
  return { given, calledByConstructor, members };
}

function nameOf(key: Term, kind: string): string {
  const name = key[0] === 'private' ? `#${key[1] as string}` : key[0] === 'string' ? (key[1] as string) : '[…]';
  return kind === 'set' ? `${name}=` : name;
}

function memberOf(name: string, kind: string, run: Term, isStatic: boolean): MemberChanges {
  const changes = new Map<string, Change>();
  const feeds = new Set<string>();
  const gives = new Set<string>();
  const mentions = new Set<string>();
  const reads = new Set<string>();
  const returns = new Set<string>();
  const isFresh = freshLocals(run);
  const visit = (term: Term): void => {
    const place = changedPlace(term);
    for (const field of place === undefined ? [] : privateKeys(place)) {
      if (isFresh(place!)) gives.add(field);
      else {
        const change = changeOf(term, place!, field);
        changes.set(field, Math.max(change, changes.get(field) ?? COUNTED) as Change);
        if (change > COUNTED && mentionsLocal(term)) feeds.add(field);
      }
    }
    for (const field of term[0] === 'member' ? privateKeys(term) : []) reads.add(field);
    if (term[0] === 'return') for (const field of answeredFields(term[1] as Term)) returns.add(field);
    if (term[0] === 'member' && (term[1] as Term)[0] === 'this') {
      const key = nameOf(term[2] as Term, 'method');
      mentions.add(key).add(`${key}=`);
    }
    eachTerm(term, visit);
  };
  visit(run);
  // A static one that makes instances gives what it made.
  const isQuery = kind !== 'set' && !isStatic && givesValue(run);
  return { name, isQuery, changes, feeds, reads, returns, gives, mentions };
}

/** How a term changes a field that is on the way to the place which it changes. */
function changeOf(term: Term, place: Term, field: string): Change {
  const isField = privateKeys(place)[0] === field && privateKeys(['member', ['this'], place[2] as Term])[0] === field;
  switch (term[0]) {
    case 'update':
      return COUNTED;
    case 'call':
      return KEYED.has(((term[1] as Term)[2] as Term)[1]) ? FILLED : EVOLVED;
    case 'assign': {
      const [, operator, , value] = term as unknown as [string, string, Term, Term];
      if (operator === '??=' || operator === '||=') return FILLED;
      if (operator === '+=' || operator === '-=') return fieldsIn(value).has(field) ? EVOLVED : COUNTED;
      if (operator !== '=') return EVOLVED;
      if (!isField) return FILLED;
      return fieldsIn(value).has(field) ? EVOLVED : REPLACED;
    }
    default:
      return FILLED;
  }
}

/** The private fields of which the value of a term is made, or the change whose result it is. */
function answeredFields(root: Term): ReadonlySet<string> {
  const fields = new Set<string>();
  const visit = (term: Term): void => {
    const place = changedPlace(term);
    for (const field of privateKeys(place ?? term)) fields.add(field);
    if (place !== undefined || HANDED_ON.has(term[0] as string)) return;
    if (term[0] === 'sequence') visit(lastOf(term));
    else eachTerm(term, visit);
  };
  visit(root);
  return fields;
}

/** What is inside of these may go anywhere. */
const HANDED_ON: ReadonlySet<string> = new Set(['call', 'new', 'function', 'class', 'member']);

/** The private fields that a term mentions. */
function fieldsIn(root: Term): ReadonlySet<string> {
  const fields = new Set<string>();
  const visit = (term: Term): void => {
    for (const field of term[0] === 'member' ? privateKeys(term) : []) fields.add(field);
    eachTerm(term, visit);
  };
  visit(root);
  return fields;
}

/** Tells places in variables that hold what the function itself has made: `const copy = new Words()`. */
function freshLocals(root: Term): (place: Term) => boolean {
  const made = new Set<unknown>();
  const visit = (term: Term): void => {
    if ((term[0] === 'let' || term[0] === 'const') && is(term[1], 'local') && is(term[2], 'new')) made.add(term[1][1]);
    eachTerm(term, visit);
  };
  visit(root);
  return (place) => {
    let at = place;
    while (at[0] === 'member') at = at[1] as Term;
    return at[0] === 'local' && made.has(at[1]);
  };
}

/** Whether a function returns something other than its own instance, or that it did something. */
function givesValue(run: Term): boolean {
  const [, , , isGenerator] = run;
  if (isGenerator === true) return true;
  let gives = false;
  const visit = (term: Term): void => {
    if (gives || term[0] === 'function' || term[0] === 'class') return;
    if (term[0] === 'return') gives = !SAYS_NOTHING.has(lastOf(term[1] as Term)[0]);
    else eachTerm(term, visit);
  };
  for (const statement of run.at(-1) as readonly Term[]) visit(statement);
  return gives;
}

const SAYS_NOTHING: ReadonlySet<string> = new Set(['undefined', 'null', 'true', 'false', 'this', 'nothing']);

function lastOf(term: Term): Term {
  if (term[0] === 'sequence') return lastOf((term[1] as readonly Term[]).at(-1)!);
  return term[0] === 'unary' && term[1] === 'void' ? ['nothing'] : term;
}

/** What runs while an instance is made. */
function construct(body: readonly Term[], given: Set<string>, called: Set<string>, members: MemberChanges[]): void {
  const visit = (term: Term): void => {
    if (term[0] === 'function') {
      // It may run at any time later.
      members.push({ ...memberOf('[…]', 'method', term, false), isQuery: true });
      return;
    }
    if (mentionsLocal(term)) {
      for (const place of givenPlaces(term)) for (const field of privateKeys(place)) given.add(field);
      const callee = term[0] === 'call' ? (term[1] as Term) : undefined;
      if (callee?.[0] === 'member' && (callee[1] as Term)[0] === 'this')
        called.add(nameOf(callee[2] as Term, 'method'));
    }
    eachTerm(term, visit);
  };
  for (const statement of body) visit(statement);
}

/** Places that a term gives something: `this.#a = x`, `[this.#a] = x`, `this.#list.push(x)`. */
function givenPlaces(term: Term): readonly Term[] {
  if (term[0] !== 'assign') {
    const place = changedPlace(term);
    return place && term[0] === 'call' ? [place] : [];
  }
  const places: Term[] = [];
  const visit = (target: Term): void => {
    if (target[0] === 'member') places.push(target);
    else eachTerm(target, visit);
  };
  visit(term[2] as Term);
  return places;
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
