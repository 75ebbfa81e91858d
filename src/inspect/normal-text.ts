import { type Token, tokenizer, tokTypes } from 'acorn';

/** `source` (one expression) without comments and layout and with one spelling of strings: equal for what was only formatted differently. */
export function normalText(source: string): string {
  let text = '';
  for (const token of tokenizer(source, { ecmaVersion: 'latest' })) {
    const spelled = spelling(token, source);
    const apart = token.type !== tokTypes.dollarBraceL && wouldMerge(text, spelled);
    text += apart ? ` ${spelled}` : spelled;
  }
  return text;
}

function spelling(token: Token, source: string): string {
  // acorn's types leave out `value`, which holds the unescaped string.
  if (token.type === tokTypes.string) return JSON.stringify((token as Token & { value: string }).value);
  return source.slice(token.start, token.end);
}

function wouldMerge(before: string, after: string): boolean {
  const last = before.at(-1);
  return (wordEnd.test(before) && wordStart.test(after)) || ((last === '+' || last === '-') && after[0] === last);
}

const wordEnd = /[\p{ID_Continue}$]$/u;
const wordStart = /^[\p{ID_Continue}$]/u;
