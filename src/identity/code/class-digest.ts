import { capturedVariables, parseFunction } from '../../inspect/index.ts';
import { functionTerm } from './function-term.ts';
import { isKeeper } from './link.ts';
import { normalise } from './normalise.ts';
import { textDigest } from './part-names.ts';
import { spell } from './spell.ts';
import { is, mapTerms, type Term } from './term.ts';

/**
 * Digest of what a class and its parents are written as: the same whatever compiled them, and whatever they and what they
 * use are called; `undefined` for what is no class, or one that no text describes.
 */
export function classDigest(made: Function): string | undefined {
  const texts: string[] = [];
  for (let at: unknown = made; typeof at === 'function' && at !== Function.prototype; at = Object.getPrototypeOf(at)) {
    const parsed = parseFunction(at);
    const term = parsed.ok && parsed.form === 'class' ? functionTerm(parsed) : undefined;
    if (term === undefined) return undefined;
    texts.push(spell(normalise(withoutNames(term, at)), () => ''));
  }
  return textDigest(JSON.stringify(texts));
}

/** Without the names of what a class uses, and without what compilers add to keep its own. */
function withoutNames(term: Term, made: Function): Term {
  const captured = capturedVariables(made)?.variables;
  const isKept = (callee: Term): boolean => callee[0] === 'free' && isKeeper(captured?.get(callee[1] as string)?.value);
  const strip = (part: Term): Term => {
    if (part[0] === 'free') return ['free'];
    if (is(part, 'call') && isKept(part[1] as Term)) return strip((part[2] as readonly Term[])[0]!);
    return mapTerms(part, strip);
  };
  return strip(term);
}
