import type { ParsedFunction } from '../inspect/index.ts';
import { sourceText } from '../inspect/index.ts';

interface Expression {
  readonly type: string;
  readonly name?: string;
  readonly value?: unknown;
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

/** Members that the text of a class defines, to tell them from what was put on the class or changed later. */
export class WrittenMembers {
  readonly #members: readonly Member[];
  readonly #text: string;

  constructor({ node, text }: ParsedFunction) {
    this.#members = (node as unknown as { body: { body: readonly Member[] } }).body.body;
    this.#text = text;
  }

  /** Whether evaluating the text makes this member again, as it is now. */
  has(holder: object, key: string | symbol, isStatic: boolean): boolean {
    const descriptor = Reflect.getOwnPropertyDescriptor(holder, key);
    if (!descriptor?.configurable) return false;
    const { value, get, set, enumerable, writable } = descriptor;
    const isWritten = (part: unknown, kind: string): boolean =>
      typeof part === 'function' &&
      this.#members.some((member) => member.static === isStatic && this.#defines(member, kind, key, part));
    if (get || set) return !enumerable && (!get || isWritten(get, 'get')) && (!set || isWritten(set, 'set'));
    return writable === true && isWritten(value, enumerable ? 'field' : 'method');
  }

  /** Names of the `static #private` fields. */
  get privateStatics(): string[] {
    return this.#members.flatMap(({ type, key, static: isStatic }) =>
      isStatic && type === 'PropertyDefinition' && key?.type === 'PrivateIdentifier' ? [key.name!] : [],
    );
  }

  #defines(
    { type, key, computed, kind, value }: Member,
    wanted: string,
    name: string | symbol,
    part: Function,
  ): boolean {
    if (!key || !value || key.type === 'PrivateIdentifier') return false;
    if ((type === 'PropertyDefinition' ? 'field' : kind) !== wanted) return false;
    const isNamed = !computed || key.type === 'Literal';
    if (isNamed && String(key.name ?? key.value) !== name) return false;
    const text = this.#text.slice(value.start, value.end);
    const source = sourceText(part);
    if (wanted === 'field') return source === text && (isNamed || part.name === nameFor(name));
    // A method of another name may have the same parameters and body.
    return (
      source?.endsWith(text) === true && part.name === `${wanted === 'method' ? '' : `${wanted} `}${nameFor(name)}`
    );
  }
}

/** The name that a function gets from the key of its property. */
function nameFor(key: string | symbol): string {
  if (typeof key === 'string') return key;
  return key.description === undefined ? '' : `[${key.description}]`;
}
