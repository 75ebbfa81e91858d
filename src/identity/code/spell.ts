import type { Binding } from '../../inspect/index.ts';
import { isTerm, isTermList, type Part, type Reached, type Term } from './term.ts';

/**
 * Code as text, with numbers for the names that mean nothing outside it: local variables, private members and labels
 * are counted as they come.
 *
 * @param spellReached What stands for something outside; called in the order of the text.
 */
export function spell(root: Term, spellReached: (reached: Reached) => string): string {
  const locals = new Map<Binding, number>();
  const names = new Map<string, number>();
  let text = '';
  const part = (value: Part): void => {
    if (isTerm(value)) term(value);
    else if (isTermList(value)) {
      text += '[';
      for (const item of value) term(item);
      text += ']';
    } else if (typeof value === 'string') text += JSON.stringify(value);
    else if (typeof value === 'number') text += Object.is(value, -0) ? '-0' : String(value);
    else if (value === null || typeof value === 'boolean') text += value === null ? '~' : value ? '+' : '-';
    else if ('reached' in value) text += spellReached(value);
  };
  const term = (value: Term): void => {
    const [tag, first] = value;
    if (tag === 'local') {
      text += `$${number(locals, first as Binding)};`;
    } else if (tag === 'private') {
      text += `#${number(names, `#${first as string}`)};`;
    } else if (tag === 'labeled' || ((tag === 'break' || tag === 'continue') && first !== null)) {
      text += `(${tag} @${number(names, `@${first as string}`)}`;
      for (const rest of value.slice(2)) part(rest);
      text += ')';
    } else {
      text += `(${tag}`;
      for (const rest of value.slice(1)) {
        text += ' ';
        part(rest);
      }
      text += ')';
    }
  };
  term(root);
  return text;
}

function number<Key>(numbers: Map<Key, number>, key: Key): number {
  let found = numbers.get(key);
  if (found === undefined) {
    found = numbers.size;
    numbers.set(key, found);
  }
  return found;
}
