import { isFixedLocal, isLiteral, isQuiet, isRemovable } from './purity.ts';
import { sameTerm } from './same-term.ts';
import { concatenate, joinTemplate } from './simplify-text.ts';
import { FALSE, is, literal, type Term, TRUE, UNDEFINED } from './term.ts';

/**
 * One form for an expression that compilers and minifiers write in several; its parts are simplified already.
 *
 * Every rule keeps the meaning: where one would not in some rare case, it is not here, and different tools then give
 * different cache keys, which costs a run and is never wrong.
 */
export function simplifyExpression(term: Term): Term {
  const rule = rules[term[0]];
  return rule ? rule(term) : term;
}

const rules: Readonly<Record<string, (term: Term) => Term>> = {
  sequence,
  unary,
  binary,
  logical,
  conditional,
  template: joinTemplate,
  member: ([tag, object, key, optional]) => [tag, object!, propertyName(key as Term), optional!],
  property: ([tag, key, value]) => [tag, propertyName(key as Term), value!],
};

/** `a[0]` and `a['0']` are the same property. */
function propertyName(key: Term): Term {
  return key[0] === 'number' ? ['string', String(key[1])] : key;
}

function sequence([, items]: Term): Term {
  const flat = (items as readonly Term[]).flatMap((item) =>
    item[0] === 'sequence' ? (item[1] as readonly Term[]) : [item],
  );
  const last = flat.at(-1)!;
  const kept = [...flat.slice(0, -1).filter((item) => !isRemovable(item)), last];
  return kept.length === 1 ? last : ['sequence', kept];
}

/** The value of a literal, or `undefined` wrapped for what is none. */
function literalValue(term: Term): { readonly value: string | number | boolean | null | undefined } | undefined {
  switch (term[0]) {
    case 'string':
    case 'number':
      return { value: term[1] as string | number };
    case 'true':
    case 'false':
      return { value: term[0] === 'true' };
    case 'null':
      return { value: null };
    case 'undefined':
      return { value: undefined };
    default:
      return undefined;
  }
}

/** What a term is in a place where only its truth counts, if that is known. */
export function truth(term: Term): boolean | undefined {
  if (term[0] === 'function' || term[0] === 'array' || term[0] === 'object' || term[0] === 'regexp') {
    return isRemovable(term) ? true : undefined;
  }
  // The name of a type is never empty.
  if (term[0] === 'unary' && term[1] === 'typeof') return isRemovable(term) ? true : undefined;
  const known = literalValue(term);
  return known && Boolean(known.value);
}

/** The shortest form of a term in a place where only its truth counts. */
export function condition(term: Term): Term {
  if (is(term, 'unary') && term[1] === '!') {
    const inner = condition(term[2] as Term);
    return is(inner, 'unary') && inner[1] === '!' ? (inner[2] as Term) : simplifyExpression(['unary', '!', inner]);
  }
  if (is(term, 'logical') && term[1] !== '??') {
    return simplifyExpression(['logical', term[1]!, condition(term[2] as Term), condition(term[3] as Term)]);
  }
  if (is(term, 'conditional')) {
    return simplifyExpression(['conditional', term[1]!, condition(term[2] as Term), condition(term[3] as Term)]);
  }
  return term;
}

/** The opposite of a condition. */
export function not(term: Term): Term {
  return condition(['unary', '!', term]);
}

function unary(term: Term): Term {
  const operator = term[1];
  const operand = term[2] as Term;
  switch (operator) {
    case '!': {
      const known = truth(operand);
      if (known !== undefined) return known ? FALSE : TRUE;
      if (is(operand, 'unary') && operand[1] === '!' && isBoolean(operand[2] as Term)) return operand[2] as Term;
      return ['unary', '!', condition(operand)];
    }
    case 'void':
      return isRemovable(operand) ? UNDEFINED : term;
    case '-':
    case '+':
    case '~': {
      if (operand[0] !== 'number') return term;
      const value = operand[1] as number;
      return literal(operator === '-' ? -value : operator === '+' ? value : ~value);
    }
    case 'typeof': {
      const known = literalValue(operand);
      return known ? literal(typeof known.value) : operand[0] === 'function' ? literal('function') : term;
    }
    default:
      return term;
  }
}

/** Whether a term is always true or false itself. */
function isBoolean(term: Term): boolean {
  if (term[0] === 'unary') return term[1] === '!';
  if (term[0] === 'binary') return comparisons.has(term[1] as string);
  if (term[0] === 'logical') return term[1] !== '??' && isBoolean(term[2] as Term) && isBoolean(term[3] as Term);
  return term[0] === 'true' || term[0] === 'false';
}

const comparisons = new Set(['==', '===', '<', '>', '<=', '>=', 'in', 'instanceof']);

function binary(term: Term): Term {
  const operator = term[1] as string;
  let left = term[2] as Term;
  let right = term[3] as Term;
  if (operator === '!=' || operator === '!==') {
    return unary(['unary', '!', binary(['binary', operator === '!=' ? '==' : '===', left, right])]);
  }
  if (operator === '==' || operator === '===') {
    if (isLiteral(left) && !isLiteral(right)) [left, right] = [right, left];
    return equality(operator, left, right);
  }
  if (is(left, 'unary') && left[1] === 'typeof' && right[0] === 'string' && right[1] === 'u') {
    // No other type's name comes after 'u': esbuild's spelling of `typeof a === 'undefined'`.
    if (operator === '>') return equality('==', left, ['string', 'undefined']);
    if (operator === '<') return unary(['unary', '!', equality('==', left, ['string', 'undefined'])]);
  }
  const order = left[0] === right[0] && (left[0] === 'number' || left[0] === 'string') ? orders[operator] : undefined;
  if (order) return order(left[1] as number, right[1] as number) ? TRUE : FALSE;
  if (left[0] === 'number' && right[0] === 'number') {
    const folded = arithmetic[operator]?.(left[1] as number, right[1] as number);
    if (folded !== undefined) return literal(folded);
  }
  return operator === '+' ? concatenate(left, right) : ['binary', operator, left, right];
}

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '**': (a, b) => a ** b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
  '>>>': (a, b) => a >>> b,
};

/** For two numbers or two strings, which the operators order alike. */
const orders: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

function equality(operator: string, left: Term, right: Term): Term {
  const [a, b] = [literalValue(left), literalValue(right)];
  if (a && b) {
    const isNullish = [a.value, b.value].some((value) => value === null || value === undefined);
    if (operator === '===' || typeof a.value === typeof b.value) return a.value === b.value ? TRUE : FALSE;
    // null and undefined equal each other and nothing else; other kinds are converted, which is left alone here.
    if (isNullish) return (a.value ?? null) === (b.value ?? null) ? TRUE : FALSE;
  }
  // Both sides are strings, so there is nothing to convert.
  if (is(left, 'unary') && left[1] === 'typeof' && right[0] === 'string') return ['binary', '==', left, right];
  if (operator === '==' && right[0] === 'undefined') return ['binary', '==', left, ['null']];
  return ['binary', operator, left, right];
}

function logical(term: Term): Term {
  const operator = term[1] as string;
  const left = term[2] as Term;
  const right = term[3] as Term;
  if (operator === '??') {
    const known = literalValue(left);
    return known ? (known.value === null || known.value === undefined ? right : left) : term;
  }
  const known = truth(left);
  if (known !== undefined) return known === (operator === '&&') ? right : left;
  // a && (b && c) is (a && b) && c
  if (right[0] === 'logical' && right[1] === operator) {
    return logical(['logical', operator, logical(['logical', operator, left, right[2]!]), right[3]!]);
  }
  if (is(left, 'unary') && left[1] === '!' && is(right, 'unary') && right[1] === '!') {
    return unary(['unary', '!', logical(['logical', operator === '&&' ? '||' : '&&', left[2]!, right[2]!])]);
  }
  return operator === '||' ? (nullish(left, right) ?? term) : term;
}

/** `a === null || a === undefined` is `a == null`. */
function nullish(left: Term, right: Term): Term | undefined {
  const isStrict = (side: Term) => side[0] === 'binary' && side[1] === '===' && (side[2] as Term)[0] === 'local';
  if (!isStrict(left) || !isStrict(right) || !sameTerm(left[2] as Term, right[2] as Term)) return undefined;
  const kinds = [(left[3] as Term)[0], (right[3] as Term)[0]];
  return kinds.includes('null') && kinds.includes('undefined') ? ['binary', '==', left[2]!, ['null']] : undefined;
}

function conditional(term: Term): Term {
  const test = condition(term[1] as Term);
  const yes = term[2] as Term;
  const no = term[3] as Term;
  const known = truth(test);
  if (known !== undefined) return known ? yes : no;
  if (is(test, 'unary') && test[1] === '!') return conditional(['conditional', test[2]!, no, yes]);
  if (test[0] === 'sequence') return afterSequence(test, (last) => conditional(['conditional', last, yes, no]));
  if (yes[0] === 'true' && no[0] === 'false') return isBoolean(test) ? test : ['unary', '!', ['unary', '!', test]];
  if (yes[0] === 'false' && no[0] === 'true') return unary(['unary', '!', test]);
  if (test[0] === 'local') {
    if (sameTerm(test, yes)) return logical(['logical', '||', test, no]);
    if (sameTerm(test, no)) return logical(['logical', '&&', test, yes]);
  }
  if (isNullTest(test) && sameTerm(test[2] as Term, no)) return ['logical', '??', no, yes];
  if (yes[0] === 'conditional' && sameTerm(yes[3] as Term, no)) {
    return conditional(['conditional', logical(['logical', '&&', test, yes[1]!]), yes[2]!, no]);
  }
  if (no[0] === 'conditional' && sameTerm(no[2] as Term, yes)) {
    return conditional(['conditional', logical(['logical', '||', test, no[1]!]), yes, no[3]!]);
  }
  return merged(test, yes, no) ?? ['conditional', test, yes, no];
}

const isNullTest = (test: Term): boolean =>
  test[0] === 'binary' && test[1] === '==' && (test[2] as Term)[0] === 'local' && (test[3] as Term)[0] === 'null';

function afterSequence([, items]: Term, last: (term: Term) => Term): Term {
  const all = items as readonly Term[];
  return sequence(['sequence', [...all.slice(0, -1), last(all.at(-1)!)]]);
}

const isName = (term: Term): boolean => term[0] === 'local' || term[0] === 'free';

/** `a ? f(b) : f(c)` is `f(a ? b : c)`, and `a ? x = b : x = c` is `x = a ? b : c`. */
export function merged(test: Term, yes: Term, no: Term): Term | undefined {
  if (yes[0] === 'assign' && no[0] === 'assign' && yes[1] === no[1] && yes[1] === '=') {
    const target = yes[2] as Term;
    if (target[0] !== 'local' || !sameTerm(target, no[2] as Term)) return undefined;
    return ['assign', '=', target, conditional(['conditional', test, yes[3]!, no[3]!])];
  }
  if (yes[0] !== 'call' || no[0] !== 'call' || yes[3] !== no[3]) return undefined;
  const callee = yes[1] as Term;
  if (!sameTerm(callee, no[1] as Term) || !(isFixedLocal(callee) || (isName(callee) && isQuiet(test))))
    return undefined;
  const [a, b] = [yes[2] as readonly Term[], no[2] as readonly Term[]];
  const differing = a.findIndex((argument, i) => !b[i] || !sameTerm(argument, b[i]));
  if (a.length !== b.length || differing < 0 || a[differing]![0] === 'spread' || b[differing]![0] === 'spread')
    return undefined;
  if (!a.slice(0, differing).every(isLiteral)) return undefined;
  if (!a.every((argument, i) => i <= differing || sameTerm(argument, b[i]!))) return undefined;
  const chosen = conditional(['conditional', test, a[differing]!, b[differing]!]);
  return ['call', callee, a.map((argument, i) => (i === differing ? chosen : argument)), yes[3]!];
}
