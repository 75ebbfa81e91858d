import type { AnyNode, VariableDeclarator } from 'acorn';
import type { Binding } from './binding.ts';
import { type CapturedScope, type Certainty, capturedScope, moduleScope } from './captured-scope.ts';
import { cellImport } from './cell-imports.ts';
import { type DefinitionSite, definitionSite } from './definition-site.ts';
import { isConstantImport, type LiveExport, liveExport } from './exported-variable.ts';
import { type FreeName, namesOf } from './free-names.ts';
import { type ImportSource, importSource } from './import-source.ts';
import { type FunctionInternals, functionInternals, functionLocation, goNumber, type RawScope } from './inspector.ts';
import { type ParsedFunction, parseFunction } from './parse-function.ts';
import { readSlot } from './raw-slot.ts';
import { declaringScope, isDoubtful, isRepeated } from './scope-in-source.ts';
import { scriptOf } from './scripts.ts';

/** A variable of a surrounding scope that a function uses. */
export interface CapturedVariable {
  readonly name: string;
  /** What it holds at the time of asking. */
  readonly value: unknown;
  /** True when it certainly holds this value for good: a `const`, or a variable that its script never assigns again. */
  readonly constant: boolean;
  /** True when its declaration may not have been reached yet; the engine shows `undefined` then. */
  readonly mayBeUninitialised: boolean;
  /** True when its declaration has certainly not been reached yet. */
  readonly isUninitialised: boolean;
  /**
   * The same object for functions that share the variable. To be sure of closures that hold the same takes a snapshot of
   * the heap, the first time.
   */
  readonly scope: (certainty: Certainty) => CapturedScope;
  /** For an import that its module may assign: the variable there. */
  readonly exporter: LiveExport | undefined;
  /** Where it was imported from, if its script says so. */
  readonly imported: ImportSource | undefined;
  /** Whether the function itself assigns it. */
  readonly writtenHere: boolean;
}

/** What a function reaches outside its own source. */
export interface CapturedVariables {
  readonly parsed: ParsedFunction;
  readonly variables: ReadonlyMap<string, CapturedVariable>;
  /** Free names in no scope of the function: globals, whether they exist or not. */
  readonly globals: readonly FreeName[];
  /** The name by which a function expression or declaration calls itself, when nothing else is behind it. */
  readonly selfName: string | undefined;
  /** The variable that a function declaration made, when the function uses it and something may assign it. */
  readonly ownVariable: CapturedVariable | undefined;
  /** `file:` URL or path of the script; `undefined` for evaluated text. */
  readonly url: string | undefined;
  /** Whether it is written outside every function, where `this` is that of its module; `undefined` when that is not known. */
  readonly isTopLevel: () => boolean | undefined;
}

const settled = new WeakMap<Function, CapturedVariables>();
/** As of the go with that number: nothing runs meanwhile that could change what is captured. */
let current = { go: -1, answers: new WeakMap<Function, CapturedVariables>() };

/**
 * The variables that `fn` uses from the scopes around it; `undefined` for native and bound functions, for source that
 * does not parse, and where the runtime does not show scopes.
 *
 * Values are read anew at every call, because captured variables can change. Only an answer whose every variable is
 * {@link CapturedVariable.constant} is kept per function; within one go, every answer is.
 */
export function capturedVariables(fn: Function): CapturedVariables | undefined {
  const go = goNumber();
  if (go !== undefined && go !== current.go) current = { go, answers: new WeakMap() };
  const kept = settled.get(fn) ?? (go === undefined ? undefined : current.answers.get(fn));
  if (kept) return kept;
  const parsed = parseFunction(fn);
  if (!parsed.ok) return undefined;
  if (capturesNothing(parsed)) {
    const alone = new Alone(fn, parsed);
    settled.set(fn, alone);
    return alone;
  }
  const internals = functionInternals(fn);
  if (!internals || internals.scopes.length === 0) return undefined;
  const captured = read(fn, parsed, internals);
  if (isSettled(captured)) settled.set(fn, captured);
  else if (go !== undefined) current.answers.set(fn, captured);
  return captured;
}

/** Whether a function's source alone tells all that there is to know; to ask the engine for nothing takes it a while. */
function capturesNothing(parsed: ParsedFunction): boolean {
  const { free, self } = namesOf(parsed);
  return free.size === 0 && self === undefined && parsed.form !== 'class';
}

/** What a function captures that captures nothing; where it stands is only looked for when somebody asks. */
class Alone implements CapturedVariables {
  readonly parsed: ParsedFunction;
  readonly variables: ReadonlyMap<string, CapturedVariable> = new Map();
  readonly globals: readonly FreeName[] = [];
  readonly selfName = undefined;
  readonly ownVariable = undefined;
  readonly #fn: Function;
  #site: DefinitionSite | undefined;

  constructor(fn: Function, parsed: ParsedFunction) {
    this.#fn = fn;
    this.parsed = parsed;
  }

  get url(): string | undefined {
    const location = functionLocation(this.#fn);
    return (location && scriptOf(location.scriptId)?.url) || undefined;
  }

  readonly isTopLevel = (): boolean | undefined => {
    const location = functionLocation(this.#fn);
    this.#site ??= location && definitionSite(location, this.parsed.source);
    return isTopLevel(this.#site);
  };
}

function isSettled({ variables }: CapturedVariables): boolean {
  for (const { constant, mayBeUninitialised } of variables.values()) if (!constant || mayBeUninitialised) return false;
  return true;
}

function read(fn: Function, parsed: ParsedFunction, internals: FunctionInternals): CapturedVariables {
  const { free, self, names } = namesOf(parsed);
  const { location, scopes } = internals;
  const variables = new Map<string, CapturedVariable>();
  const globals: FreeName[] = [];
  let selfName: string | undefined;
  let ownVariable: CapturedVariable | undefined;
  let site: DefinitionSite | undefined;
  const reader = { fn, scopes, location, site: () => (site ??= location && definitionSite(location, parsed.source)) };
  for (const use of free.values()) {
    const variable = readVariable(reader, use);
    if (variable) variables.set(use.name, variable);
    else globals.push(use);
  }
  if (self) {
    // A declared function finds its own name in the scope around it, where someone may have put another value.
    const isDeclared = reader.site()?.site.node.type === 'FunctionDeclaration';
    const written = names.selves.get(parsed.node)?.reassigned ?? false;
    const variable = readVariable(reader, { name: self, written, needed: true });
    if (variable && isDeclared && !variable.constant) ownVariable = variable;
    if (variable && variable.value !== fn && (isDeclared || !reader.site())) variables.set(self, variable);
    else selfName = self;
  }
  const script = location && scriptOf(location.scriptId);
  return {
    parsed,
    variables,
    globals,
    selfName,
    ownVariable,
    url: script?.url || undefined,
    isTopLevel: () => isTopLevel(reader.site()),
  };
}

interface Reader {
  readonly fn: Function;
  readonly scopes: FunctionInternals['scopes'];
  readonly location: FunctionInternals['location'];
  readonly site: () => DefinitionSite | undefined;
}

function readVariable(reader: Reader, { name, written }: FreeName): CapturedVariable | undefined {
  const index = reader.scopes.findIndex(
    (scope) => scope.description !== 'Global' && Object.hasOwn(scope.variables, name),
  );
  const raw = reader.scopes[index];
  if (!raw) return undefined;
  const { value, uninitialised } = readSlot(raw.variables, name);
  const binding = reader.site()?.scope.find(name);
  const isDynamic = reader.site()?.model.names.isDynamic ?? true;
  // Scripts share their variables: another cell of a notebook may assign what this one declares.
  const isShared = raw.description === 'Script';
  const constant = binding !== undefined && !isDynamic && !isShared && isConstant(binding, reader);
  const imported = (binding && importSource(binding)) ?? (isShared && isObject(value) ? cellImport(name) : undefined);
  return {
    name,
    value,
    constant,
    mayBeUninitialised:
      uninitialised || (value === undefined && binding?.kind !== 'parameter' && binding?.kind !== 'catch'),
    isUninitialised: uninitialised || (value === undefined && binding !== undefined && isNeverUndefined(binding)),
    scope: (certainty) => scopeOf(reader, raw, index, { name, constant }, certainty),
    exporter: binding?.kind === 'import' && imported ? liveExport(imported, reader.site()!.script.url) : undefined,
    imported,
    writtenHere: written,
  };
}

/** Whether a variable holds something else than `undefined` from its declaration on. */
function isNeverUndefined({ kind, origin, reassigned }: Binding): boolean {
  if (reassigned) return false;
  if (kind === 'class') return true;
  const init = kind === 'const' || kind === 'let' ? (origin as VariableDeclarator | undefined) : undefined;
  return init?.id.type === 'Identifier' && init.init != null && DEFINED.has(init.init.type);
}

const DEFINED = new Set<AnyNode['type']>([
  'ArrayExpression',
  'ArrowFunctionExpression',
  'ClassExpression',
  'FunctionExpression',
  'Literal',
  'NewExpression',
  'ObjectExpression',
  'TemplateLiteral',
]);

const isObject = (value: unknown): boolean =>
  typeof value === 'function' || (typeof value === 'object' && value !== null);

function isConstant(binding: Binding, reader: Reader): boolean {
  if (binding.reassigned) return false;
  if (binding.kind !== 'import') return true;
  const source = importSource(binding);
  const url = reader.site()?.script.url;
  return source !== undefined && url !== undefined && isConstantImport(source, url);
}

function scopeOf(
  reader: Reader,
  raw: RawScope,
  index: number,
  { name, constant }: Pick<CapturedVariable, 'name' | 'constant'>,
  certainty: Certainty,
): CapturedScope {
  const { fn, location, scopes } = reader;
  if (location && raw.description.startsWith('Module')) return moduleScope(location.scriptId);
  // Nobody can tell copies of a constant apart, so its scope need not be recognised.
  if (constant) return { kind: 'closure', description: raw.description };
  const found = reader.site();
  // Counted from outside: functions at different depths share the outer ones.
  const depth = scopes.length - index;
  const declared = declaringScope(found, name);
  const sighting = {
    raw,
    name,
    fn,
    place: `${location?.scriptId}:${depth}:${raw.description}:${declared?.node.start}:${Object.keys(raw.variables).sort().join()}`,
    site: `${location?.line}:${location?.column}`,
    look: (other: Function) => functionInternals(other)?.scopes.at(-depth)?.variables,
    isRepeated: isRepeated(found, name),
    isDoubtful: (isAlone: boolean) => isDoubtful(found, declared, raw.variables, isAlone),
  };
  return capturedScope(sighting, certainty);
}

function isTopLevel(site: DefinitionSite | undefined): boolean | undefined {
  if (!site) return undefined;
  for (let scope = site.scope; scope.parent; scope = scope.parent) {
    // In the fields of a class, `this` is an instance.
    if (scope.kind === 'function' || scope.node.type.startsWith('Class')) return false;
  }
  return true;
}
