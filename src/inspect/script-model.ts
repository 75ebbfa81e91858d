import { type AnyNode, type Options, type Program, parse } from 'acorn';
import { BoundedMap } from './bounded-map.ts';
import { childNodes } from './child-nodes.ts';
import { type ResolvedNames, resolveNames } from './resolve-names.ts';
import { scriptOf, scriptSource } from './scripts.ts';

/** A whole script as a tree with its names resolved, and the functions in it. */
export interface ScriptModel {
  readonly source: string;
  /** Where each line of the source begins. */
  readonly lineStarts: readonly number[];
  readonly program: Program;
  readonly names: ResolvedNames;
  /** The functions and classes of the script by the length of their source, which is quicker to compare than the text. */
  readonly functionsByLength: ReadonlyMap<number, readonly FunctionSite[]>;
}

/** A function in a script. */
export interface FunctionSite {
  /** Where `Function.prototype.toString` starts and ends; for a method that includes its key. */
  readonly start: number;
  readonly end: number;
  readonly node: AnyNode;
  /** What it is written in. */
  readonly parent: AnyNode | undefined;
}

/** Bundles beyond this many characters are not analysed: it would take longer than what it could save. */
const LARGEST = 4_000_000;
const models = new BoundedMap<string, ScriptModel | { unknown: true }>(200);

/** The analysed script of that number; `undefined` when its source is out of reach, too large or does not parse. */
export function scriptModel(scriptId: string): ScriptModel | undefined {
  let model = models.get(scriptId);
  if (model === undefined) {
    model = analyse(scriptId) ?? { unknown: true };
    models.set(scriptId, model);
  }
  return 'unknown' in model ? undefined : model;
}

function analyse(scriptId: string): ScriptModel | undefined {
  const source = scriptSource(scriptId);
  if (source === undefined || source.length > LARGEST) return undefined;
  const isModule = scriptOf(scriptId)?.isModule ?? false;
  const program = parseScript(source, isModule ? 'module' : 'script');
  if (!program) return undefined;
  return {
    source,
    lineStarts: lineStartsOf(source),
    program,
    names: resolveNames(program),
    functionsByLength: findFunctions(program, source),
  };
}

function lineStartsOf(source: string): number[] {
  const starts = [0];
  const breaks = /\r\n|[\n\r\u2028\u2029]/g;
  while (breaks.test(source)) starts.push(breaks.lastIndex);
  return starts;
}

/** The line of a place in a script, from 0. */
export function lineAt({ lineStarts }: ScriptModel, place: number): number {
  let [low, high] = [0, lineStarts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (lineStarts[middle]! <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

function parseScript(source: string, sourceType: 'module' | 'script'): Program | undefined {
  const options: Options = {
    ecmaVersion: 'latest',
    sourceType,
    // A CommonJS module is the body of a function; notebooks and loaders allow more.
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
    allowSuperOutsideMethod: true,
    checkPrivateFields: false,
    allowHashBang: true,
  };
  try {
    return parse(source, options);
  } catch {
    return undefined;
  }
}

function findFunctions(program: Program, source: string): Map<number, FunctionSite[]> {
  const found = new Map<number, FunctionSite[]>();
  const add = (site: FunctionSite): void => {
    const length = site.end - site.start;
    const same = found.get(length);
    if (same) same.push(site);
    else found.set(length, [site]);
  };
  const visit = (node: AnyNode, parent: AnyNode | undefined): void => {
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
      case 'ClassDeclaration':
      case 'ClassExpression': {
        const start = memberAround(node, parent, source) ?? node.start;
        add({ node, start, end: node.end, parent });
        break;
      }
    }
    childNodes(node, (child) => visit(child, node));
  };
  visit(program, undefined);
  return found;
}

/** Where the source of a method begins: at its key or `async`, `get`, `*` before it, but after `static`. */
function memberAround(node: AnyNode, parent: AnyNode | undefined, source: string): number | undefined {
  if (parent?.type === 'Property' && parent.value === node && (parent.method || parent.kind !== 'init'))
    return parent.start;
  if (parent?.type !== 'MethodDefinition' || parent.value !== node) return undefined;
  const isStatic = /static\s+/y;
  isStatic.lastIndex = parent.start;
  return parent.static && isStatic.test(source) ? isStatic.lastIndex : parent.start;
}
