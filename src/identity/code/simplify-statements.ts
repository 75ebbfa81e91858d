import { isRemovable } from './purity.ts';
import { condition, merged, not, simplifyExpression, truth } from './simplify-expression.ts';
import { is, type Term, UNDEFINED } from './term.ts';

/** What comes after the last statement of a list: a plain `return` or `continue` there does nothing. */
export type Tail = 'return' | 'continue' | 'none';

type Statements = readonly Term[];

/** One form for a list of statements; their parts are simplified already. */
export function simplifyStatements(list: Statements, tail: Tail): Statements {
  const flat = list.flatMap(flatten);
  let rest: Statements = [];
  for (const statement of flat.toReversed()) rest = joinStatement(statement, rest);
  return settle(rest, tail);
}

/** Takes blocks apart and splits what stands in sequences; every variable has its own identity, so that needs no blocks. */
function flatten(statement: Term): Statements {
  switch (statement[0]) {
    case 'block':
      return (statement[1] as Statements).flatMap(flatten);
    case 'do':
      return perform(statement[1] as Term);
    case 'return':
      if (is(statement[1], 'unary') && statement[1][1] === 'void') {
        return [...perform(statement[1][2] as Term), ['return', UNDEFINED]];
      }
      return hoisted(statement[1] as Term, (last) => ['return', last]);
    case 'throw':
      return hoisted(statement[1] as Term, (last) => ['throw', last]);
    case 'let':
    case 'var':
      if ((statement[1] as Term)[0] !== 'local' || statement[2] === null) return [statement];
      return hoisted(statement[2] as Term, (last) => [statement[0], statement[1]!, last]);
    case 'switch':
      return hoisted(statement[1] as Term, (last) => ['switch', last, statement[2]!]);
    case 'if':
      return hoisted(statement[1] as Term, (last) => ['if', last, statement[2]!, statement[3]!]).flatMap((one) =>
        one[0] === 'if' ? branch(one[1] as Term, one[2] as Statements, one[3] as Statements) : [one],
      );
    case 'for':
      return loop(statement);
    case 'try':
      return attempt(statement);
    default:
      return [statement];
  }
}

/** `(a, b, c)` where a statement takes a value: `a` and `b` come before it. */
function hoisted(value: Term, last: (value: Term) => Term): Statements {
  if (value[0] !== 'sequence') return [last(value)];
  const items = value[1] as Statements;
  return [...items.slice(0, -1).flatMap(perform), last(items.at(-1)!)];
}

/** The statements of an expression whose value nobody takes. */
function perform(value: Term): Statements {
  if (isRemovable(value)) return [];
  switch (value[0]) {
    case 'sequence':
      return (value[1] as Statements).flatMap(perform);
    case 'unary':
      return value[1] === '!' || value[1] === 'void' ? perform(value[2] as Term) : [['do', value]];
    case 'logical': {
      if (value[1] === '??') return [['do', value]];
      const then = perform(value[3] as Term);
      return value[1] === '&&' ? branch(value[2] as Term, then, []) : branch(value[2] as Term, [], then);
    }
    case 'conditional':
      return branch(value[1] as Term, perform(value[2] as Term), perform(value[3] as Term));
    case 'update':
      // Whether the old or the new value is taken makes no difference when neither is.
      return [['do', ['update', value[1]!, true, value[3]!]]];
    default:
      return [['do', value]];
  }
}

function branch(rawTest: Term, rawYes: Statements, rawNo: Statements): Statements {
  const test = condition(rawTest);
  const yes = rawYes.flatMap(flatten);
  const no = rawNo.flatMap(flatten);
  if (is(test, 'unary') && test[1] === '!') return branch(test[2] as Term, no, yes);
  const known = truth(test);
  if (known !== undefined && !declaresAnything(known ? no : yes)) return known ? yes : no;
  if (yes.length === 0 && no.length === 0) return perform(test);
  // if (a) { if (b) c } is if (a && b) c, in its four forms
  const inner = no.length === 0 ? only(yes) : yes.length === 0 ? only(no) : undefined;
  if (inner?.[0] === 'if') {
    const outer = no.length === 0 ? test : not(test);
    const [, innerTest, innerYes, innerNo] = inner as [string, Term, Statements, Statements];
    if (innerNo.length === 0) return branch(and(outer, innerTest), innerYes, []);
    if (innerYes.length === 0) return branch(and(outer, not(innerTest)), innerNo, []);
  }
  const [yesDoes, noDoes] = [only(yes), only(no)];
  if (yesDoes?.[0] === 'do' && noDoes?.[0] === 'do') {
    const one = merged(test, yesDoes[1] as Term, noDoes[1] as Term);
    if (one) return perform(one);
  }
  return [['if', test, yes, no]];
}

const and = (left: Term, right: Term): Term => condition(simplifyExpression(['logical', '&&', left, right]));
const only = (list: Statements): Term | undefined => (list.length === 1 ? list[0] : undefined);

function loop([tag, begin, test, update, body]: Term): Statements {
  const first = begin as Statements;
  // Only `let` means something of its own in a loop's head: a variable for every round.
  const before = first.every((one) => one[0] !== 'let' && one[0] !== 'const') ? first.flatMap(flatten) : [];
  const head = before.length > 0 ? [] : first;
  let whileTrue = test ? condition(test as Term) : null;
  if (whileTrue && truth(whileTrue) === true) whileTrue = null;
  let rest = body as Statements;
  const [leading] = rest;
  if (!whileTrue && leading?.[0] === 'if' && isPlainBreak(leading[2] as Statements)) {
    whileTrue = not(leading[1] as Term);
    rest = [...(leading[3] as Statements), ...rest.slice(1)];
  }
  return [...before, [tag, head, whileTrue, update as Term | null, rest]];
}

const isPlainBreak = (list: Statements): boolean =>
  list.length === 1 && list[0]![0] === 'break' && list[0]![1] === null;

function attempt([tag, body, handler, last]: Term): Statements {
  const after = (last as Statements).flatMap(flatten);
  // Nothing can go wrong in an empty block.
  if ((body as Statements).length === 0 && !declaresAnything(statementsOf(handler as Term | null))) return after;
  return [[tag, body!, handler!, after]];
}

const statementsOf = (handler: Term | null): Statements => (handler ? (handler[2] as Statements) : []);

/** Puts a statement before a list that is joined already. */
function joinStatement(statement: Term, rest: Statements): Statements {
  if (statement[0] === 'declare-function') return [statement, ...rest];
  const functions = rest.filter((one) => one[0] === 'declare-function');
  const others = rest.filter((one) => one[0] !== 'declare-function');
  // Declared functions exist from the start of their block.
  if (functions.length > 0) return [...functions, ...joinStatement(statement, others)];
  if (isJump(statement)) return declaresAnything(rest) ? [statement, ...rest] : [statement];
  if (statement[0] !== 'if') return [statement, ...rest];
  // if (a) return b; c  is  if (a) return b; else c
  const [, test, yes, no] = statement as [string, Term, Statements, Statements];
  if (rest.length > 0 && !declaresVariable(rest)) {
    if (jumpsAway(yes)) return joinBranches(test, yes, joinLists(no, rest));
    if (jumpsAway(no)) return joinBranches(test, joinLists(yes, rest), no);
  }
  return [...joinBranches(test, yes, no), ...rest];
}

function joinLists(list: Statements, rest: Statements): Statements {
  let joined = rest;
  for (const statement of list.toReversed()) joined = joinStatement(statement, joined);
  return joined;
}

/** `if (a) return b; else return c` is `return a ? b : c`. */
function joinBranches(test: Term, yes: Statements, no: Statements): Statements {
  const [a, b] = [only(yes), only(no)];
  if (a && b && a[0] === b[0] && (a[0] === 'return' || a[0] === 'throw')) {
    return [[a[0], simplifyExpression(['conditional', test, a[1]!, b[1]!])]];
  }
  return branch(test, yes, no);
}

const isJump = (statement: Term): boolean => ['return', 'throw', 'break', 'continue'].includes(statement[0]);

function jumpsAway(list: Statements): boolean {
  const last = list.at(-1);
  if (!last) return false;
  return isJump(last) || (last[0] === 'if' && jumpsAway(last[2] as Statements) && jumpsAway(last[3] as Statements));
}

/** Names that would be moved into a branch, and functions and `var`s that exist although they are never reached. */
const declaresVariable = (list: Statements): boolean => list.some((one) => one[0] === 'declare-function');
const declaresAnything = (list: Statements): boolean =>
  list.some((one) => one[0] === 'declare-function' || one[0] === 'var');

/** Drops jumps to where the list ends anyway. */
function settle(list: Statements, tail: Tail): Statements {
  if (tail === 'none') return list;
  const last = list.at(-1);
  if (!last) return list;
  const before = list.slice(0, -1);
  if (tail === 'continue' && last[0] === 'continue' && last[1] === null) return settle(before, tail);
  if (tail === 'return' && last[0] === 'return') {
    const value = last[1] as Term;
    if (value[0] === 'undefined') return settle(before, tail);
    if (value[0] === 'conditional') {
      const [, test, yes, no] = value as [string, Term, Term, Term];
      if (yes[0] === 'undefined' || no[0] === 'undefined') {
        return [...before, ...branch(test, settle([['return', yes]], tail), settle([['return', no]], tail))];
      }
    }
    return list;
  }
  if (last[0] !== 'if') return list;
  const [, test, yes, no] = last as [string, Term, Statements, Statements];
  return [...before, ...branch(test, settle(yes, tail), settle(no, tail))];
}
