import type { Binding } from '../../inspect/index.ts';
import { eachTerm, type Term } from './term.ts';

const literals = new Set(['string', 'number', 'bigint', 'true', 'false', 'null', 'undefined']);

/** Whether a term is a primitive value written out. */
export function isLiteral(term: Term): boolean {
  return literals.has(term[0]);
}

/** Whether evaluating a term does nothing but give a value, so that it can be left out when nobody wants the value. */
export function isRemovable(term: Term): boolean {
  switch (term[0]) {
    case 'local':
    case 'this':
    case 'function':
    case 'regexp':
    case 'reference':
    case 'import.meta':
    case 'new.target':
    case 'absent':
      return true;
    case 'unary':
      return (term[1] === '!' || term[1] === 'void' || term[1] === 'typeof') && isRemovable(term[2] as Term);
    case 'binary':
      return (term[1] === '===' || term[1] === '==') && isStrictlyComparable(term) && bothRemovable(term);
    case 'logical':
      return bothRemovable(term);
    case 'conditional':
      return term.slice(1).every((part) => isRemovable(part as Term));
    case 'array':
      return (term[1] as readonly Term[]).every(isRemovable);
    case 'object':
      return (term[1] as readonly Term[]).every(
        (member) => member[0] === 'property' && isLiteral(member[1] as Term) && isRemovable(member[2] as Term),
      );
    default:
      return isLiteral(term);
  }
}

/** `==` may call `valueOf`; `===`, and `==` with null or with a type's name, do not. */
function isStrictlyComparable([, operator, left, right]: Term): boolean {
  if (operator === '===') return true;
  return isLiteral(right as Term) && ((right as Term)[0] === 'null' || (left as Term)[1] === 'typeof');
}

const bothRemovable = (term: Term): boolean => isRemovable(term[2] as Term) && isRemovable(term[3] as Term);

/** Whether a term is a variable that holds one value all the time. */
export function isFixedLocal(term: Term): boolean {
  return term[0] === 'local' && !(term[1] as Binding).reassigned;
}

const loud = new Set(['call', 'new', 'assign', 'update', 'await', 'yield', 'tagged', 'import', 'function', 'class']);

/** Whether evaluating a term calls and assigns nothing (getters aside). */
export function isQuiet(term: Term): boolean {
  let quiet = !loud.has(term[0]) && !(term[0] === 'unary' && term[1] === 'delete');
  eachTerm(term, (part) => {
    quiet &&= isQuiet(part);
  });
  return quiet;
}
