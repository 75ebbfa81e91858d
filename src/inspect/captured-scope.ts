import { BoundedMap } from './bounded-map.ts';
import { goNumber, type RawScope } from './inspector.ts';

/** One instance of a scope: the same object for every function that shares its variables. */
export interface CapturedScope {
  readonly kind: 'module' | 'script' | 'closure';
  /** As the engine calls it, for messages: `Closure (makeCounter)`. */
  readonly description: string;
}

type Variables = RawScope['variables'];

/** What is known of one instance. */
interface Instance {
  readonly scope: CapturedScope;
  readonly functions: WeakSet<Function>;
  /** Places in the script of the functions that were found in it. */
  readonly sites: Set<string>;
  /** Of its functions, those through which its variables can be seen as they are now. */
  readonly witnesses: { readonly fn: WeakRef<Function>; readonly look: (fn: Function) => Variables | undefined }[];
}

/** All instances of one scope in the source. */
interface Place {
  instances: Instance[];
  /** The instances by what their variables hold, which is valid for one go. */
  byContent: Map<string, Instance[]>;
  go: number | undefined;
}

/** By script and place, what was found there so far. */
const places = new Map<string, Place>();
const LARGEST = 10_000;
let lastGo: number | undefined;

/** What tells the scope of one function. */
export interface ScopeSighting {
  readonly raw: RawScope;
  /** Where in which script the scope is, and which variables it has. */
  readonly place: string;
  /** Where in its script the function was written. */
  readonly site: string;
  readonly fn: Function;
  /** Shows the variables of the scope at that depth around any function. */
  readonly look: (fn: Function) => Variables | undefined;
  /** Whether the function's place is in a loop or another function inside the scope. */
  readonly isRepeated: boolean;
}

const modules = new BoundedMap<string, CapturedScope>(LARGEST);

/** The scope of a module, of which there is one for each script. */
export function moduleScope(scriptId: string): CapturedScope {
  let scope = modules.get(scriptId);
  if (!scope) {
    scope = { kind: 'module', description: 'Module' };
    modules.set(scriptId, scope);
  }
  return scope;
}

/**
 * The scope object for one of a function's scopes, other than that of a module.
 *
 * The engine shows copies of scopes and no identity. Instances of a closure are told apart by what their variables hold
 * now. Where a place in the source can make only one function per instance, two functions from there have two instances.
 */
export function capturedScope(sighting: ScopeSighting): CapturedScope {
  const { raw, site, fn, look } = sighting;
  const { description, variables } = raw;
  if (description.startsWith('With')) return withScope(raw);
  const kind = description === 'Script' ? 'script' : 'closure';
  const place = placeOf(sighting.place);
  // There is one scope for all scripts.
  const content = kind === 'closure' ? contentOf(variables) : '';
  const alike = place.byContent.get(content) ?? [];
  let instance = alike.find((one) => one.functions.has(fn) || kind !== 'closure');
  instance ??= sighting.isRepeated ? alike[0] : alike.find(({ sites }) => !sites.has(site));
  if (!instance) {
    instance = { scope: { kind, description }, functions: new WeakSet(), sites: new Set(), witnesses: [] };
    place.instances.push(instance);
    place.byContent.set(content, [...alike, instance]);
  }
  if (!instance.functions.has(fn)) {
    instance.functions.add(fn);
    instance.sites.add(site);
    instance.witnesses.push({ fn: new WeakRef(fn), look });
  }
  return instance.scope;
}

function placeOf(key: string): Place {
  const go = goNumber();
  // Only within one go do scopes have to be the same; what was seen before would have to be looked at again.
  if ((go !== undefined && go !== lastGo) || places.size >= LARGEST) {
    places.clear();
    strings.clear();
  }
  lastGo = go;
  let place = places.get(key);
  if (!place) {
    place = { instances: [], byContent: new Map(), go };
    places.set(key, place);
  }
  if (go === undefined || place.go !== go) lookAgain(place);
  place.go = go;
  return place;
}

/** Sorts the instances by what their variables hold now. */
function lookAgain(place: Place): void {
  const contents = place.instances.map((instance) => [instance, contentNow(instance)] as const);
  place.instances = [];
  place.byContent = new Map();
  for (const [instance, content] of contents) {
    if (content === undefined) continue;
    place.instances.push(instance);
    const alike = place.byContent.get(content);
    if (alike) alike.push(instance);
    else place.byContent.set(content, [instance]);
  }
}

/** `undefined` when none of its functions is left. */
function contentNow({ scope, witnesses }: Instance): string | undefined {
  for (let last = witnesses.at(-1); last; last = witnesses.at(-1)) {
    const fn = last.fn.deref();
    if (fn) return scope.kind === 'closure' ? contentOf(last.look(fn) ?? {}) : '';
    witnesses.pop();
  }
  return undefined;
}

const numbers = new WeakMap<object, number>();
const symbols = new Map<symbol, number>();
/** Valid for one go. */
const strings = new Map<string, number>();
let count = 0;

/** A text that is the same for the same values, and for no others. */
function contentOf(variables: Variables): string {
  const parts = Object.keys(variables).map((name) => {
    let value: unknown;
    try {
      value = variables[name];
    } catch {
      // From Node 22 on, reading a variable whose declaration was not reached throws.
      return 'uninitialised';
    }
    return keyOf(value);
  });
  return parts.join();
}

function keyOf(value: unknown): string {
  switch (typeof value) {
    case 'object':
    case 'function':
      return value === null ? 'null' : `#${numberOf(numbers, value)}`;
    case 'symbol':
      return `@${numberOf(symbols, value)}`;
    case 'string':
      // Long ones are compared and not copied.
      return value.length < 100 ? JSON.stringify(value) : `$${numberOf(strings, value)}`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    default:
      return `${typeof value} ${String(value)}`;
  }
}

function numberOf<Key>(known: { get(key: Key): number | undefined; set(key: Key, value: number): unknown }, key: Key) {
  let number = known.get(key);
  if (number === undefined) {
    number = ++count;
    known.set(key, number);
  }
  return number;
}

const withScopes = new WeakMap<RawScope['variables'], CapturedScope>();

/** The variables of a `with` statement are an object that the engine shows itself. */
function withScope({ variables, description }: RawScope): CapturedScope {
  let scope = withScopes.get(variables);
  if (!scope) {
    scope = { kind: 'closure', description };
    withScopes.set(variables, scope);
  }
  return scope;
}
