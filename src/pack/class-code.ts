import { type CapturedVariables, freeNamesBeside, isKnownGlobal, privateValues, sourceText } from '../inspect/index.ts';
import { classParts, type Expression, type Member, privateStatics } from './class-members.ts';
import type { Edit } from './edits.ts';
import { isWeak } from './opaque.ts';
import { Refusal } from './refusal.ts';

/** A variable whose value is known although the engine does not keep it. */
export interface GivenVariable {
  readonly name: string;
  readonly value: unknown;
}

/** How the text of a class has to change, and variables that only its definition used. */
export interface ClassCode {
  readonly edits: readonly Edit[];
  readonly given: readonly GivenVariable[];
  /** The variable after `extends`, if the class has a parent. */
  readonly parentName: string | undefined;
  /** Names of the `static #private` fields, whose contents are told apart from the text. */
  readonly privateStatics: readonly string[];
  /** Names that only those parts of the text used that were taken out. */
  readonly unusedNames: ReadonlySet<string>;
}

/** Names that are no variables of the user's. */
const PARENT = '$hnParent';
const KEY = '$hnKey';
/** The function to which the text of a class gives a way to set its private statics: `(index, value) => void`. */
export const PRIVATE = '$hnPrivate';

/**
 * Makes the text of a class independent of what was only needed to define it.
 *
 * After a class is defined, the engine forgets variables that stand behind `extends` or in the names of members and that
 * no method uses. Their values can still be seen: they are the parent and the names of the members. Static blocks and the
 * initialisers of static fields have done what they had to do; their results travel, so they don't run again.
 */
export function classCode(made: Function, captured: CapturedVariables): ClassCode {
  return new ClassCodeReader(made, captured).read();
}

class ClassCodeReader {
  readonly #made: Function;
  readonly #captured: CapturedVariables;
  /** How many characters stand before the class in the text of its tree. */
  readonly #before: number;
  readonly #edits: Edit[] = [];
  readonly #given: GivenVariable[] = [];
  /** Parts of the tree that the new text has no more. */
  readonly #removed = new Set<object>();

  constructor(made: Function, captured: CapturedVariables) {
    this.#made = made;
    this.#captured = captured;
    this.#before = captured.parsed.text.indexOf(captured.parsed.source);
  }

  read(): ClassCode {
    const { parsed } = this.#captured;
    const { superClass, members, end } = classParts(parsed);
    const statics = privateStatics(members);
    const parentName = superClass && this.#giveParent(superClass);
    this.#giveKeys(members);
    this.#removeInitialisers(members, statics);
    if (statics.length > 0) this.#edit({ start: end, end }, settingPrivates(statics));
    return {
      edits: this.#edits,
      given: this.#given,
      parentName,
      privateStatics: statics,
      unusedNames: this.#unusedNames(),
    };
  }

  #giveParent(superClass: Expression): string | undefined {
    const parent: unknown = Object.getPrototypeOf(this.#made);
    if (parent === Function.prototype) return undefined;
    const { name } = superClass;
    if (superClass.type === 'Identifier' && name !== undefined) {
      if (this.#isMissing(name)) this.#give(superClass, PARENT, parent);
      return name;
    }
    this.#give(superClass, PARENT, parent);
    return PARENT;
  }

  /** Gives the names of members that come from variables which are gone. */
  #giveKeys(members: readonly Member[]): void {
    const { globals, parsed } = this.#captured;
    const isGone = globals.some(
      ({ name, needed }) => needed && !isKnownGlobal(name) && !Object.hasOwn(globalThis, name) && this.#isMissing(name),
    );
    if (!isGone) return;
    const keys = new MemberKeys(this.#made, parsed.text);
    for (const [index, member] of members.entries()) {
      const { key } = member;
      if (!member.computed || !key || key.type === 'Literal' || (key.name !== undefined && !this.#isMissing(key.name)))
        continue;
      this.#give(key, `${KEY}${index}`, keys.of(member));
    }
  }

  #removeInitialisers(members: readonly Member[], statics: readonly string[]): void {
    const privates = statics.length > 0 ? privateValues(this.#made) : new Map<string, unknown>();
    for (const member of members) {
      const { type, key, value } = member;
      if (type === 'StaticBlock') {
        this.#removed.add(member);
        // What stands before may rely on it as an end of its own.
        this.#edit(member, ';');
      } else if (type === 'PropertyDefinition' && member.static && value && !inert.has(value.type)) {
        // What is weak does not travel: it begins there as the class begins it.
        if (key?.type === 'PrivateIdentifier' && isWeak(privates.get(key.name!))) continue;
        this.#removed.add(value);
        this.#edit(value, 'void 0');
      }
    }
  }

  #unusedNames(): ReadonlySet<string> {
    if (this.#removed.size === 0) return new Set();
    const { parsed, variables, globals } = this.#captured;
    const used = freeNamesBeside(parsed, this.#removed);
    const all = [...variables.keys(), ...globals.map(({ name }) => name)];
    return new Set(all.filter((name) => !used.has(name)));
  }

  #isMissing(name: string): boolean {
    return !this.#captured.variables.has(name) && !this.#given.some((one) => one.name === name);
  }

  #give(expression: Expression, name: string, value: unknown): void {
    if (expression.type === 'Identifier' && expression.name !== undefined) {
      this.#given.push({ name: expression.name, value });
      return;
    }
    this.#removed.add(expression);
    this.#edit(expression, name);
    this.#given.push({ name, value });
  }

  #edit({ start, end }: { readonly start: number; readonly end: number }, text: string): void {
    this.#edits.push({ start: start - this.#before, end: end - this.#before, text });
  }
}

/** Initialisers that do nothing when they run. */
const inert = new Set(['ArrowFunctionExpression', 'FunctionExpression', 'Literal']);

/** Code at the end of a class body that lets private fields be set from outside. */
function settingPrivates(names: readonly string[]): string {
  const cases = names.map((name, i) => `case ${i}:this.#${name}=$hnValue;break;`).join('');
  return `;static{${PRIVATE}(($hnIndex,$hnValue)=>{switch($hnIndex){${cases}}})}`;
}

/** Finds the names that members with computed names have. */
class MemberKeys {
  readonly #made: Function;
  readonly #text: string;
  readonly #taken = new Set<string>();

  constructor(made: Function, text: string) {
    this.#made = made;
    this.#text = text;
  }

  /** @throws Refusal for the name of a field of instances, which only instances show. */
  of(member: Member): string | symbol {
    const holder = (member.static ? this.#made : this.#made.prototype) as object;
    for (const key of Reflect.ownKeys(holder)) {
      const place = `${String(member.static)} ${String(member.kind)} ${String(key)}`;
      if (this.#taken.has(place) || !this.#isMember(holder, key, member)) continue;
      this.#taken.add(place);
      return key;
    }
    throw new Refusal(
      `a class with a field whose name is computed from variables that no method uses`,
      'Use the variable in a method of the class too, or write the name out.',
    );
  }

  #isMember(holder: object, key: string | symbol, member: Member): boolean {
    const { value, get, set } = Reflect.getOwnPropertyDescriptor(holder, key) ?? {};
    if (member.type === 'PropertyDefinition')
      return member.static === true && typeof key === 'symbol' && typeof value !== 'function';
    const part: unknown = member.kind === 'get' ? get : member.kind === 'set' ? set : value;
    const { start = 0, end = 0 } = member.value ?? {};
    return typeof part === 'function' && sourceText(part)?.endsWith(this.#text.slice(start, end)) === true;
  }
}
