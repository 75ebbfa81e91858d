import { learnCells, unknownCells } from './cell-imports.ts';
import {
  answerHeirs,
  answerInternals,
  answerListing,
  answerPrivateValues,
  answersLater,
  attempt,
  forgetAnswers,
  knowsInternals,
  type Question,
} from './late-answers.ts';
import { LateInspector } from './late-inspector.ts';

let opening: Promise<LateInspector> | undefined;

/** In a turn of its own: a notebook runs cells from within an inspector, which must not be entered twice. */
function open(): Promise<LateInspector> {
  opening ??= new Promise((resolve, reject) => {
    setTimeout(() => {
      try {
        resolve(new LateInspector(process.getBuiltinModule('node:inspector')));
      } catch (error) {
        reject(error);
      }
    }, 0);
  });
  return opening;
}

/**
 * Runs a synchronous action that asks about functions; where the inspector answers later, as often as it takes until every
 * answer is there. Answers are fresh at each call.
 */
export async function askingAhead<Answer>(action: () => Answer): Promise<Answer> {
  if (!answersLater) return action();
  forgetAnswers();
  const inspector = await open();
  for (;;) {
    const outcome = attempt(action);
    if ('done' in outcome) return outcome.done();
    await fetch(inspector, outcome.question);
  }
}

async function fetch(inspector: LateInspector, question: Question): Promise<void> {
  if (question.about === 'script') await inspector.scripts(() => [question.scriptId]);
  else if (question.about === 'scripts') await listCells(inspector);
  else if (question.about === 'function') await fetchInternals(inspector, question.fn);
  else if (question.about === 'heirs') answerHeirs(question.prototype, await inspector.heirs(question.prototype));
  else answerPrivateValues(question.owner, await inspector.privateValues(question.owner));
}

async function listCells(inspector: LateInspector): Promise<void> {
  await inspector.scripts(unknownCells);
  learnCells();
  answerListing();
}

/** Whether this is a notebook of Deno's. */
function isNotebook(): boolean {
  try {
    return (globalThis as { readonly Deno?: { readonly jupyter?: object } }).Deno?.jupyter !== undefined;
  } catch {
    // Outside of notebooks, looking at it throws.
    return false;
  }
}

// Now, in the cell that imports this: V8 lets go of the source of a cell that has run and has no function in it.
if (isNotebook()) {
  void open()
    .then(listCells)
    .catch(() => undefined);
}

async function fetchInternals(inspector: LateInspector, fn: Function): Promise<void> {
  const found = await inspector.internals(fn);
  answerInternals(fn, found);
  // What it uses will be asked for next, as a rule.
  const source = Function.prototype.toString.call(fn);
  const names = new Set(source.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu));
  for (const { description, variables } of found.scopes) {
    if (description === 'Global') continue;
    for (const name of names) {
      const value = functionAt(variables, name);
      if (value && !knowsInternals(value)) answerInternals(value, await inspector.internals(value));
    }
  }
}

function functionAt(variables: Readonly<Record<string, unknown>>, name: string): Function | undefined {
  try {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return typeof value === 'function' ? value : undefined;
  } catch {
    // Its declaration has not been reached.
    return undefined;
  }
}
