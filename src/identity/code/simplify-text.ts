import { isLiteral } from './purity.ts';
import { literal, type Term } from './term.ts';

/** A template whose parts that are known are written into its text; one without other parts is a string. */
export function joinTemplate([, quasis, expressions]: Term): Term {
  const texts = (quasis as readonly Term[]).map((quasi) => quasi[1] as string);
  const joined: string[] = [texts[0]!];
  const parts: Term[] = [];
  (expressions as readonly Term[]).forEach((part, i) => {
    const text = textOf(part);
    if (text !== undefined) {
      joined.push(joined.pop()! + text + texts[i + 1]!);
    } else if (part[0] === 'template') {
      const inner = (part[1] as readonly Term[]).map((quasi) => quasi[1] as string);
      joined.push(joined.pop()! + inner[0]!, ...inner.slice(1));
      parts.push(...(part[2] as readonly Term[]));
      joined.push(joined.pop()! + texts[i + 1]!);
    } else {
      parts.push(part);
      joined.push(texts[i + 1]!);
    }
  });
  return parts.length === 0 ? literal(joined[0]!) : ['template', joined.map((text): Term => ['string', text]), parts];
}

/** What a literal is in a text; not for numbers whose spelling differs between engines' versions, which there are none of. */
function textOf(term: Term): string | undefined {
  if (!isLiteral(term)) return undefined;
  return term.length > 1 ? String(term[1]) : term[0];
}

/** `left + right` with neighbouring pieces of text joined. */
export function concatenate(left: Term, right: Term): Term {
  if (isText(left) && isText(right)) return joinTemplate(['template', [EMPTY, EMPTY, EMPTY], [left, right]]);
  if (isText(left) && isLiteral(right)) return joinTemplate(['template', [EMPTY, EMPTY, EMPTY], [left, right]]);
  if (isText(right) && isLiteral(left)) return joinTemplate(['template', [EMPTY, EMPTY, EMPTY], [left, right]]);
  // (a + 'b') + 'c': the left side is a text whatever a is.
  if (isText(right) && left[0] === 'binary' && left[1] === '+' && isText(left[3] as Term)) {
    return ['binary', '+', left[2]!, concatenate(left[3] as Term, right)];
  }
  return ['binary', '+', left, right];
}

const EMPTY: Term = ['string', ''];
const isText = (term: Term): boolean => term[0] === 'string' || term[0] === 'template';
