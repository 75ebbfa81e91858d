import { type CapturedVariables, namesOf, type ParsedFunction, sourcePosition } from '../inspect/index.ts';
import { type ClassCode, classCode } from './class-code.ts';
import { type Edit, edited } from './edits.ts';
import { Refusal } from './refusal.ts';
import { onUserLines } from './user-lines.ts';

/** What has to stand around a function's text to evaluate it. Part of the format. */
export const CodeForm = { expression: 0, method: 1, getter: 2, setter: 3 } as const;

/** The text of a function and what it needs to be evaluated elsewhere; the same for all closures that it made. */
export interface FunctionCode extends Omit<ClassCode, 'edits'> {
  readonly text: string;
  readonly form: number;
  readonly isStrict: boolean;
  /** An arrow function that uses the `this` around it, as `super` does too. */
  readonly usesThis: boolean;
  /** An arrow function that uses the `arguments` around it. */
  readonly usesArguments: boolean;
  /** A method, or an arrow function in one, that uses `super`. */
  readonly usesSuper: boolean;
  /** What stacks call the file; empty for evaluated text. */
  readonly url: string;
  /** From 0. */
  readonly line: number;
  /** From 0. */
  readonly column: number;
}

const codes = new WeakMap<Function, FunctionCode>();

/** @throws Refusal for code that means something only where it stands. */
export function functionCode(fn: Function, captured: CapturedVariables): FunctionCode {
  let code = codes.get(fn);
  if (!code) {
    code = readCode(fn, captured);
    codes.set(fn, code);
  }
  return code;
}

function readCode(fn: Function, captured: CapturedVariables): FunctionCode {
  const { parsed } = captured;
  const { names } = namesOf(parsed);
  const isArrow = parsed.form === 'arrow';
  refuseUntransferable(captured, names);
  const { edits, ...parts } =
    parsed.form === 'class' ? classCode(fn, captured) : { ...noClass, edits: editsOf(fn, captured) };
  const position = sourcePosition(fn);
  const { line, column, breaks } = position ? onUserLines(parsed, position) : unplaced;
  const isApart = ({ start }: Edit) => !edits.some((edit) => edit.start <= start && start < edit.end);
  return {
    ...parts,
    text: edited(parsed.source, [...edits, ...breaks.filter(isApart)]),
    form: formOf(parsed),
    isStrict: position?.isStrict ?? !Object.hasOwn(fn, 'caller'),
    usesThis: isArrow && (names.usesThis || names.usesSuper),
    usesArguments: isArrow && names.usesArguments,
    usesSuper: parsed.form !== 'class' && names.usesSuper,
    url: position?.url ?? '',
    line,
    column,
  };
}

const noClass = { parentName: undefined, given: [], privateStatics: [], unusedNames: new Set<string>() };
const unplaced = { line: 0, column: 0, breaks: [] };

type Names = ReturnType<typeof namesOf>['names'];

/** What vite makes of `import.meta`. */
const VITE_META = '__vite_ssr_import_meta__';

function refuseUntransferable({ parsed, variables }: CapturedVariables, names: Names): void {
  if (names.usesImportMeta || variables.has(VITE_META)) {
    throw new Refusal(
      'a function that uses import.meta',
      'Put what it needs of import.meta into a variable outside the function.',
    );
  }
  if (names.relativeImport !== undefined) {
    throw new Refusal(
      `a function that loads '${names.relativeImport}' while it runs`,
      'Import it at the top of the file: then what is used of it travels along. In containers, it can be a package of the image (addLocalSource) that is imported by its name.',
    );
  }
  if (names.isDynamic)
    throw new Refusal('a function that calls eval directly or uses with', 'Write what it does as code.');
  if (parsed.form === 'arrow' && names.usesNewTarget) {
    throw new Refusal(
      'an arrow function that uses the new.target around it',
      'Put it into a variable outside the arrow function.',
    );
  }
  if (parsed.form !== 'class' && names.privateNames.size > 0) {
    const [name] = names.privateNames;
    throw new Refusal(
      `a method that uses #${name}, apart from its class`,
      'Pass the instance or the class, and call the method on it.',
    );
  }
}

function formOf({ form, wrapping }: ParsedFunction): number {
  if (wrapping === 'expression') return CodeForm.expression;
  return CodeForm[form === 'getter' || form === 'setter' ? form : 'method'];
}

/** What of a function's source means something else apart from where it stands. */
function editsOf(fn: Function, { parsed, ownVariable }: CapturedVariables): Edit[] {
  const { source, text, node, wrapping } = parsed;
  const before = text.indexOf(source);
  const id = 'id' in node ? node.id : undefined;
  if (ownVariable && id) {
    // As an expression it would hide the variable, and could not assign it.
    return [{ start: id.start - before, end: id.end - before, text: ' '.repeat(id.end - id.start) }];
  }
  const end = node.start - before;
  // A key that is an expression or private becomes one that means the same anywhere.
  if (wrapping === 'expression' || !/[[#]/.test(source.slice(0, end))) return [];
  return [{ start: 0, end, text: memberHead(fn, parsed) }];
}

function memberHead(fn: Function, { node, form }: ParsedFunction): string {
  const { async: isAsync, generator } = node as { async?: boolean; generator?: boolean };
  const kind =
    form === 'getter' ? 'get ' : form === 'setter' ? 'set ' : `${isAsync ? 'async ' : ''}${generator ? '*' : ''}`;
  return `${kind}${JSON.stringify(fn.name.replace(/^[gs]et /, ''))}`;
}
