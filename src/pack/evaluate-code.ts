import type { PackedCode } from './code-reader.ts';
import { corrupt } from './corrupt.ts';
import { evaluatorFor } from './evaluator.ts';
import { CodeForm } from './function-code.ts';

/** How one function holds the variables around it. */
export interface VariableLayout {
  /** Known when the function is made: constants of it, as far as the engine is concerned. */
  readonly fixed: readonly string[];
  /** Given later, because the function is needed to make them. */
  readonly delayed: readonly string[];
  /** Shared with other functions through objects that hold one variable each. */
  readonly shared: readonly string[];
}

/** A function's surroundings, made anew for each closure. */
export interface Surroundings {
  /** Evaluates the text; gives the function, or the object that a method stands in. For an arrow, it is the method around it. */
  make(this: unknown, ...args: unknown[]): unknown;
  set(name: string, value: unknown): void;
}

type SurroundingsFactory = (shared: readonly object[], fixed: readonly unknown[]) => Surroundings;

const LARGEST = 500;
const factories = new Map<string, SurroundingsFactory>();
/** Lines and columns beyond these are not worth the padding. */
const MOST_PADDING = 200_000;

/**
 * Compiles code together with the variables that it closes over.
 *
 * Stacks show the file and line where the user wrote it: the text stands at its own line and column of a script that says
 * that it is the user's file.
 *
 * @param base Folder from which `import()` in the code finds packages.
 */
export function surroundingsOf(code: PackedCode, layout: VariableLayout, base: string): SurroundingsFactory {
  const script = scriptFor(code, layout);
  const key = `${base}\0${script}`;
  let factory = factories.get(key);
  if (!factory) {
    factory = evaluate(script, code.url, base);
    if (factories.size >= LARGEST) factories.delete(factories.keys().next().value!);
    factories.set(key, factory);
  }
  return factory;
}

function evaluate(script: string, url: string, base: string): SurroundingsFactory {
  try {
    return evaluatorFor(base)(script) as SurroundingsFactory;
  } catch (error) {
    throw corrupt(`code in it (${url || 'without a file'}) is no JavaScript for this version of Node`, error);
  }
}

function scriptFor(code: PackedCode, { fixed, delayed, shared }: VariableLayout): string {
  const own = ownName(code, [...fixed, ...delayed, ...shared]);
  const [open, close] = code.form === CodeForm.expression ? ['(', ')'] : ['({', '})'];
  // A with statement is the one way to let several functions, compiled apart, assign the same variable.
  const withs = shared.map((_, i) => `with(${own}0[${i}])`).join('');
  const strict = code.isStrict ? '"use strict";' : '';
  const declared = delayed.length > 0 ? `let ${delayed.join(',')};` : '';
  const cases = delayed.map((name) => `case ${JSON.stringify(name)}:${name}=${own}2;break;`).join('');
  const before = `(function(${own}0,${own}1){${withs}return(function(${fixed.join(',')}){${strict}${declared}return{make(){return${open}`;
  const after = `\n${close}},set(${own}1,${own}2){switch(${own}1){${cases}}}}}).apply(undefined,${own}1)})`;
  return `${place(before, code)}${code.text}${after}${code.url ? `\n//# sourceURL=${code.url.replace(/\s/g, encodeURIComponent)}` : ''}`;
}

/** What the names of the surroundings begin with: nothing that the code knows. */
function ownName({ text }: PackedCode, names: readonly string[]): string {
  let name = '$hn';
  while (text.includes(name) || names.some((other) => other.startsWith(name))) name += '_';
  return name;
}

/** What comes before the text stands on the line above it, if there is one, so that columns are right too. */
function place(before: string, { line, column }: PackedCode): string {
  if (line === 0 || line > MOST_PADDING || column > MOST_PADDING) return before;
  return `${'\n'.repeat(line - 1)}${before}\n${' '.repeat(column)}`;
}
