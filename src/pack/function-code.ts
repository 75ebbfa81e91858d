import { type CapturedVariables, namesOf, type ParsedFunction, sourcePosition } from '../inspect/index.ts';
import { type ClassCode, classCode, type GivenVariable } from './class-code.ts';
import { mappedLine } from './mapped-line.ts';
import { Refusal } from './refusal.ts';

/** What has to stand around a function's text to evaluate it. Part of the format. */
export const CodeForm = { expression: 0, method: 1, getter: 2, setter: 3 } as const;

/** The text of a function and what it needs to be evaluated elsewhere; the same for all closures that it made. */
export interface FunctionCode {
  readonly text: string;
  readonly form: number;
  readonly isStrict: boolean;
  /** An arrow function that uses the `this` around it. */
  readonly usesThis: boolean;
  /** An arrow function that uses the `arguments` around it. */
  readonly usesArguments: boolean;
  /** A method of an object that uses `super`. */
  readonly usesSuper: boolean;
  /** What stacks call the file; empty for evaluated text. */
  readonly url: string;
  /** From 0. */
  readonly line: number;
  /** From 0. */
  readonly column: number;
  /** The variable after `extends`, if it is a class with a parent. */
  readonly parentName: string | undefined;
  /** Variables that only the definition of a class used. */
  readonly given: readonly GivenVariable[];
  /** Names of the `static #private` fields, if it is a class. */
  readonly privateStatics: readonly string[];
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
  const position = sourcePosition(fn);
  const url = position?.url ?? '';
  return {
    ...textOf(fn, captured),
    isStrict: position?.isStrict ?? !Object.hasOwn(fn, 'caller'),
    usesThis: isArrow && names.usesThis,
    usesArguments: isArrow && names.usesArguments,
    usesSuper: parsed.form !== 'class' && names.usesSuper,
    url,
    ...(position ? mappedLine(url, position) : { line: 0, column: 0 }),
  };
}

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
  if (parsed.form === 'arrow' && (names.usesSuper || names.usesNewTarget)) {
    throw new Refusal(
      `an arrow function that uses the ${names.usesSuper ? 'super' : 'new.target'} around it`,
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

function textOf(fn: Function, captured: CapturedVariables): ClassCode & Pick<FunctionCode, 'form'> {
  const { parsed } = captured;
  if (parsed.form === 'class') return { form: CodeForm.expression, ...classCode(fn, captured) };
  const base = { parentName: undefined, given: [], privateStatics: [] };
  if (parsed.wrapping === 'expression') return { ...base, text: parsed.source, form: CodeForm.expression };
  const form = parsed.form === 'getter' || parsed.form === 'setter' ? parsed.form : 'method';
  return { ...base, text: memberText(fn, parsed), form: CodeForm[form] };
}

/** A method's text; one whose key is an expression or private gets a key that means the same anywhere. */
function memberText(fn: Function, { source, text, node, form }: ParsedFunction): string {
  const head = text.slice(text.indexOf(source), node.start);
  if (!/[[#]/.test(head)) return source;
  const { async: isAsync, generator } = node as { async?: boolean; generator?: boolean };
  const kind =
    form === 'getter' ? 'get ' : form === 'setter' ? 'set ' : `${isAsync ? 'async ' : ''}${generator ? '*' : ''}`;
  return `${kind}${JSON.stringify(fn.name.replace(/^[gs]et /, ''))}${text.slice(node.start, node.end)}`;
}
