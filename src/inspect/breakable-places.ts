import { type Options, parse, type Token, tokTypes } from 'acorn';
import type { ParsedFunction } from './parse-function.ts';

/** After these, the next token may stand on another line without the code meaning anything else. */
const SAFE = new Set([tokTypes.semi, tokTypes.braceL, tokTypes.braceR, tokTypes.comma, tokTypes.parenL]);

/** Places in the source of a function where a line may be broken, in their order; not all of them. */
export function breakablePlaces({ source, text }: ParsedFunction): number[] {
  const before = text.indexOf(source);
  const places: number[] = [];
  let last: Token | undefined;
  for (const token of tokensOf(text)) {
    // Behind the `}` of `${…}`, the text of a template goes on.
    if (last && SAFE.has(last.type) && token.type !== tokTypes.template) places.push(token.start - before);
    last = token;
  }
  return places.filter((place) => place > 0 && place < source.length);
}

function tokensOf(text: string): Token[] {
  for (const sourceType of ['module', 'script'] as const) {
    const tokens: Token[] = [];
    const options: Options = {
      ecmaVersion: 'latest',
      sourceType,
      allowSuperOutsideMethod: true,
      checkPrivateFields: false,
      onToken: tokens,
    };
    try {
      parse(text, options);
      return tokens;
    } catch {
      // As sloppy code it may parse.
    }
  }
  return [];
}
