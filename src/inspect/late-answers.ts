import type { FunctionInternals } from './inspector.ts';

/** Whether the inspector of this runtime answers later. */
export const answersLater: boolean = 'Deno' in globalThis;

/** What an action wanted to know that nobody has asked yet. */
export type Question =
  | { readonly about: 'function'; readonly fn: Function }
  | { readonly about: 'private values'; readonly owner: object }
  | { readonly about: 'heirs'; readonly prototype: object }
  | { readonly about: 'script'; readonly scriptId: string }
  | { readonly about: 'scripts' };

/** Thrown where something has to be asked first. */
class NotAnsweredYet extends Error {}

let internals = new WeakMap<Function, FunctionInternals>();
let privates = new WeakMap<object, ReadonlyMap<string, unknown>>();
let heirs = new WeakMap<object, readonly object[]>();
let isListed = false;
let isCollecting = false;
let open: Question | undefined;

/** As of the last time that it was asked ahead; `undefined` when it was not. */
export function lateInternals(fn: Function): FunctionInternals | undefined {
  return internals.get(fn) ?? ask({ about: 'function', fn });
}

export function latePrivateValues(owner: object): ReadonlyMap<string, unknown> | undefined {
  return privates.get(owner) ?? ask({ about: 'private values', owner });
}

/** The objects that inherit from a prototype and are still in use. */
export function lateHeirs(prototype: object): readonly object[] | undefined {
  return heirs.get(prototype) ?? ask({ about: 'heirs', prototype });
}

export function lateScript(scriptId: string): void {
  ask({ about: 'script', scriptId });
}

/** Asks for a list of the scripts that there are by now. */
export function lateListing(): void {
  if (!isListed) ask({ about: 'scripts' });
}

export function answerListing(): void {
  isListed = true;
}

function ask(question: Question): undefined {
  if (!isCollecting) return undefined;
  open = question;
  throw new NotAnsweredYet('The inspector has not answered yet.');
}

export const knowsInternals = (fn: Function): boolean => internals.has(fn);

export function answerInternals(fn: Function, answer: FunctionInternals): void {
  internals.set(fn, answer);
}

export function answerPrivateValues(owner: object, answer: ReadonlyMap<string, unknown>): void {
  privates.set(owner, answer);
}

export function answerHeirs(prototype: object, answer: readonly object[]): void {
  heirs.set(prototype, answer);
}

/** Forgets all answers: variables may hold something else by now. */
export function forgetAnswers(): void {
  internals = new WeakMap();
  privates = new WeakMap();
  heirs = new WeakMap();
  isListed = false;
}

/**
 * Runs an action as far as the answers go.
 *
 * @returns What it gave, as a function that gives it or throws its error; or what it has to know first.
 */
export function attempt<Answer>(
  action: () => Answer,
): { readonly question: Question } | { readonly done: () => Answer } {
  open = undefined;
  isCollecting = true;
  let done: () => Answer;
  try {
    const answer = action();
    done = () => answer;
  } catch (error) {
    done = () => {
      throw error;
    };
  } finally {
    isCollecting = false;
  }
  // Also when the action swallowed the error: what it gave was made without knowing.
  return open === undefined ? { done } : { question: open };
}
