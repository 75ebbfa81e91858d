import { type CapturedVariables, isKnownGlobal, sourceText } from '../inspect/index.ts';
import { Refusal } from './refusal.ts';
import { WrittenMembers } from './written-members.ts';

/** A variable whose value is known although the engine does not keep it. */
export interface GivenVariable {
  readonly name: string;
  readonly value: unknown;
}

/** The text of a class, and variables that only its definition used. */
export interface ClassCode {
  readonly text: string;
  readonly given: readonly GivenVariable[];
  /** The variable after `extends`, if the class has a parent. */
  readonly parentName: string | undefined;
  /** Names of the `static #private` fields, whose contents are told apart from the text. */
  readonly privateStatics: readonly string[];
}

interface Expression {
  readonly type: string;
  readonly name?: string;
  readonly start: number;
  readonly end: number;
}

interface Member {
  readonly type: string;
  readonly static?: boolean;
  readonly computed?: boolean;
  readonly kind?: string;
  readonly key?: Expression;
  readonly value?: Expression | null;
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
 * no method uses. Their values can still be seen: they are the parent and the names of the members.
 */
export function classCode(made: Function, { parsed, variables, globals }: CapturedVariables): ClassCode {
  const { source, text } = parsed;
  const { superClass, body } = parsed.node as unknown as {
    superClass?: Expression | null;
    body: { body: readonly Member[] };
  };
  const before = text.indexOf(source);
  const replaced: { start: number; end: number; text: string }[] = [];
  const given: GivenVariable[] = [];
  const isMissing = (name: string) => !variables.has(name) && !given.some((one) => one.name === name);
  const give = (expression: Expression, name: string, value: unknown): void => {
    const isName = expression.type === 'Identifier' && expression.name !== undefined;
    if (!isName) replaced.push({ start: expression.start - before, end: expression.end - before, text: name });
    given.push({ name: isName ? expression.name : name, value });
  };
  const parent: unknown = Object.getPrototypeOf(made);
  let parentName: string | undefined;
  if (superClass && parent !== Function.prototype) {
    const isName = superClass.type === 'Identifier' && superClass.name !== undefined;
    parentName = isName ? superClass.name : PARENT;
    if (!isName || isMissing(parentName!)) give(superClass, PARENT, parent);
  }
  const unknown = globals.filter(
    ({ name, needed }) => needed && !isKnownGlobal(name) && !Object.hasOwn(globalThis, name) && isMissing(name),
  );
  if (unknown.length > 0) {
    const keys = new MemberKeys(made, text);
    for (const [index, member] of body.body.entries()) {
      const { key } = member;
      if (!member.computed || !key || key.type === 'Literal' || (key.name !== undefined && !isMissing(key.name)))
        continue;
      give(key, `${KEY}${index}`, keys.of(member));
    }
  }
  const { privateStatics } = new WrittenMembers(parsed);
  // A class that has travelled before has that code already.
  if (privateStatics.length > 0 && !variables.has(PRIVATE)) {
    const end = (body as unknown as Expression).end - 1 - before;
    replaced.push({ start: end, end, text: settingPrivates(privateStatics) });
  }
  return { text: withReplaced(source, replaced), given, parentName, privateStatics };
}

/** Code at the end of a class body that lets private fields be set from outside. */
function settingPrivates(names: readonly string[]): string {
  const cases = names.map((name, i) => `case ${i}:this.#${name}=$hnValue;break;`).join('');
  return `;static{${PRIVATE}(($hnIndex,$hnValue)=>{switch($hnIndex){${cases}}})}`;
}

function withReplaced(source: string, parts: readonly { start: number; end: number; text: string }[]): string {
  let text = '';
  let at = 0;
  for (const part of parts) {
    const lines = source.slice(part.start, part.end).replace(/[^\n]/g, '');
    text += source.slice(at, part.start) + part.text + lines;
    at = part.end;
  }
  return text + source.slice(at);
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
