import type { ParsedFunction } from '../../inspect/index.ts';
import { namesOf } from '../../inspect/index.ts';
import { normalise } from './normalise.ts';
import { spell } from './spell.ts';
import type { Term } from './term.ts';
import { type Translation, UnknownSyntax } from './translate.ts';
import { translateClass, translateFunction } from './translate-function.ts';

interface Translated {
  /** `undefined` when the source holds syntax that has no term. */
  readonly term: Term | undefined;
  /** The code on its own, with the names of what it reaches; made when asked for. */
  text: string | undefined;
}

const translated = new WeakMap<ParsedFunction, Translated>();

function translatedOf(parsed: ParsedFunction): Translated {
  let found = translated.get(parsed);
  if (!found) {
    found = { term: translate(parsed), text: undefined };
    translated.set(parsed, found);
  }
  return found;
}

function translate(parsed: ParsedFunction): Term | undefined {
  const { node, form } = parsed;
  const t: Translation = { names: namesOf(parsed).names, yieldIsAwait: false };
  try {
    if (node.type === 'ClassExpression') return translateClass(node, t);
    return translateFunction(node, t, form === 'arrow' || form === 'function' ? undefined : 'method');
  } catch (error) {
    if (error instanceof UnknownSyntax) return undefined;
    throw error;
  }
}

/** The term of a parsed function, not yet in its one form; made once per source. */
export function functionTerm(parsed: ParsedFunction): Term | undefined {
  return translatedOf(parsed).term;
}

/** The code of a function without anything it reaches, to tell whether it was edited itself. */
export function ownText(parsed: ParsedFunction): string {
  const found = translatedOf(parsed);
  found.text ??= found.term ? spell(normalise(found.term), () => '') : parsed.source;
  return found.text;
}
