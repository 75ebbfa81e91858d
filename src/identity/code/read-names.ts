import type { Binding } from '../../inspect/index.ts';
import { eachTerm, is, type Term } from './term.ts';

/** Whether code asks what a class or function is called: `this.constructor.name`, `new.target.name`, `Parser.name`. */
export function readsNames(root: Term, isFunction: (free: string) => boolean): boolean {
  let found = false;
  const visit = (term: Term, isStatic: boolean): void => {
    if (found) return;
    if (term[0] === 'member' && is(term[2], 'string') && term[2][1] === 'name') {
      const of = term[1] as Term;
      found =
        of[0] === 'new.target' ||
        (of[0] === 'this' && isStatic) ||
        (of[0] === 'free' && isFunction(of[1] as string)) ||
        (of[0] === 'member' && is(of[2], 'string') && of[2][1] === 'constructor');
    }
    const isOfClass = term[0] === 'static-block' || (term[0] === 'method' && term[2] === true);
    eachTerm(term, (part) => visit(part, isStatic || isOfClass));
  };
  visit(root, false);
  return found;
}

/** What the classes in a piece of code are called there. */
export function classNamesIn(root: Term): string[] {
  const names: string[] = [];
  const visit = (term: Term): void => {
    if (term[0] === 'let' && is(term[1], 'local') && is(term[2], 'class')) names.push((term[1][1] as Binding).name);
    if (term[0] === 'class' && term[1] !== null) names.push(((term[1] as Term)[1] as Binding).name);
    eachTerm(term, visit);
  };
  visit(root);
  return names;
}
