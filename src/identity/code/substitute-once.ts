import type { Binding } from '../../inspect/index.ts';
import { isLiteral, isRemovable } from './purity.ts';
import type { Term } from './term.ts';

/** What became of looking for the place of a variable: found and replaced, not there so far, or something in the way. */
export type Substitution = Term | 'absent' | 'blocked';

/**
 * Puts `value` in the place of the only use of `binding` in `term`, if nothing that could notice is evaluated between
 * the place where the value stood and that use.
 */
export function substituteOnce(term: Term, binding: Binding, value: Term): Substitution {
  if (term[0] === 'local') return term[1] === binding ? value : pass(term, value);
  if (term[0] === 'chain') return inChain(term, binding, value);
  if (term[0] === 'assign' && (term[1] !== '=' || (term[2] as Term)[0] !== 'local')) return pass(term, value);
  const order = evaluated[term[0]];
  if (order === undefined) return pass(term, value);
  for (const index of order) {
    const part = term[index] as Term | readonly Term[] | null;
    if (part === null) continue;
    const found =
      Array.isArray(part[0]) || part.length === 0
        ? inList(part as readonly Term[], binding, value)
        : substituteOnce(part as Term, binding, value);
    if (found === 'blocked') return 'blocked';
    if (found !== 'absent') return term.with(index, found as never) as unknown as Term;
    // What is right of `&&`, `?` and their like is evaluated only sometimes.
    if (branching.has(term[0])) return pass(term, value);
  }
  return pass(term, value);
}

/** Of `a?.b(c)` only `a` is evaluated in any case. */
function inChain(term: Term, binding: Binding, value: Term): Substitution {
  const inner = term[1] as Term;
  const found =
    inner[0] === 'member' || inner[0] === 'call'
      ? inChain(inner, binding, value)
      : substituteOnce(inner, binding, value);
  if (found === 'absent') return pass(term, value);
  return found === 'blocked' ? found : (term.with(1, found as never) as unknown as Term);
}

function inList(list: readonly Term[], binding: Binding, value: Term): readonly Term[] | 'absent' | 'blocked' {
  for (const [i, item] of list.entries()) {
    const found = substituteOnce(item, binding, value);
    if (found === 'blocked') return 'blocked';
    if (found !== 'absent') return list.with(i, found);
  }
  return 'absent';
}

/** Whether `value` may be evaluated after `term` instead of before it. */
function pass(term: Term, value: Term): 'absent' | 'blocked' {
  if (isLiteral(term) || isLiteral(value) || term[0] === 'super' || term[0] === 'absent') return 'absent';
  return isRemovable(term) && isRemovable(value) ? 'absent' : 'blocked';
}

const branching = new Set(['logical', 'conditional', 'if']);

/** Which parts of a term are evaluated, in order, as far as they are evaluated once and at once. */
const evaluated: Readonly<Record<string, readonly number[]>> = {
  do: [1],
  return: [1],
  throw: [1],
  let: [2],
  var: [2],
  if: [1],
  switch: [1],
  'for-in': [2],
  'for-of': [3],
  member: [1, 2],
  call: [1, 2],
  new: [1, 2],
  unary: [2],
  binary: [2, 3],
  logical: [2],
  conditional: [1],
  array: [1],
  object: [1],
  property: [1, 2],
  spread: [1],
  template: [2],
  await: [1],
  sequence: [1],
  assign: [3],
};
