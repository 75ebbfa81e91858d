import { type ParsedFunction, sourceText } from '../inspect/index.ts';
import { classParts, type Member } from './class-members.ts';

/** Members that the text of a class defines, to tell them from what was put on the class or changed later. */
export class WrittenMembers {
  readonly #members: readonly Member[];
  readonly #text: string;

  constructor(parsed: ParsedFunction) {
    this.#members = classParts(parsed).members;
    this.#text = parsed.text;
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
    // A class in a field travels as the class that it is.
    if (wanted === 'field')
      return source === text && !/^class\b/.test(text) && (isNamed || part.name === nameFor(name));
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
