import { BoundedMap } from './bounded-map.ts';
import { goNumber, type RawScope } from './inspector.ts';
import { type ProvenContext, proveContext, provenContext } from './proven-context.ts';
import { contentOf, forgetStrings } from './scope-content.ts';

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
  /** Its ids in the heaps in which it was seen. */
  readonly contexts: Map<number, number>;
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
  /** A variable of it that the function uses. */
  readonly name: string;
  /** Where in which script the scope is, and which variables it has. */
  readonly place: string;
  /** Where in its script the function was written. */
  readonly site: string;
  readonly fn: Function;
  /** Shows the variables of the scope at that depth around any function. */
  readonly look: (fn: Function) => Variables | undefined;
  /** Whether the function's place is in a loop, class or other function inside the scope. */
  readonly isRepeated: boolean;
  /**
   * Whether functions that see the same content may be of two instances, and it matters which.
   *
   * @param isAlone Whether one instance with that content was seen so far.
   */
  readonly isDoubtful: (isAlone: boolean) => boolean;
}

/** How sure one has to be which functions share a scope. */
export type Certainty = 'likely' | 'sure';

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
 * That leaves closures of one function called twice whose variables hold the same now: they are taken as they come, or
 * looked for in the heap when one has to be `sure`.
 */
export function capturedScope(sighting: ScopeSighting, certainty: Certainty): CapturedScope {
  const { raw, site, fn, look } = sighting;
  const { description, variables } = raw;
  if (description.startsWith('With')) return withScope(raw);
  const kind = description === 'Script' ? 'script' : 'closure';
  const place = placeOf(sighting.place);
  // There is one scope for all scripts.
  const content = kind === 'closure' ? contentOf(variables) : '';
  const alike = place.byContent.get(content) ?? [];
  let instance = alike.find((one) => one.functions.has(fn) || kind !== 'closure');
  instance ??= instanceAmong(alike, sighting, certainty);
  if (!instance) {
    const scope: CapturedScope = { kind, description };
    instance = { scope, functions: new WeakSet(), sites: new Set(), contexts: new Map(), witnesses: [] };
    place.instances.push(instance);
    place.byContent.set(content, [...alike, instance]);
  }
  if (!instance.functions.has(fn)) {
    instance.functions.add(fn);
    instance.sites.add(site);
    instance.witnesses.push({ fn: new WeakRef(fn), look });
    note(instance, provenContext(fn, sighting.place));
  }
  return instance.scope;
}

/** Which of the instances that look alike is that of a function; `undefined` for none of them. */
function instanceAmong(
  alike: readonly Instance[],
  sighting: ScopeSighting,
  certainty: Certainty,
): Instance | undefined {
  const possible = sighting.isRepeated ? alike : alike.filter(({ sites }) => !sites.has(sighting.site));
  if (possible.length === 0) return undefined;
  if (certainty === 'sure' && sighting.isDoubtful(alike.length === 1)) {
    const proven = provenAmong(possible, alike, sighting);
    if (proven) return proven.instance;
  }
  return possible[0];
}

/** @returns `undefined` when nothing is proven. */
function provenAmong(
  possible: readonly Instance[],
  alike: readonly Instance[],
  { fn, place, name, raw }: ScopeSighting,
): { readonly instance: Instance | undefined } | undefined {
  const found = compare(possible, provenContext(fn, place));
  if (found) return found;
  const context = proveContext(fn, place, name, raw.variables);
  if (!context) return undefined;
  // More than what is asked, so that the same functions in another order cost nothing later.
  for (const instance of alike) {
    if (instance.contexts.has(context.heap)) continue;
    for (const witness of instance.witnesses) {
      const other = witness.fn.deref();
      if (other) note(instance, proveContext(other, place, name, raw.variables));
    }
  }
  return compare(possible, context);
}

function compare(
  instances: readonly Instance[],
  context: ProvenContext | undefined,
): { readonly instance: Instance | undefined } | undefined {
  if (!context) return undefined;
  const { heap, id } = context;
  const instance = instances.find(({ contexts }) => contexts.get(heap) === id);
  return instance || instances.every(({ contexts }) => contexts.has(heap)) ? { instance } : undefined;
}

function note({ contexts }: Instance, proven: ProvenContext | undefined): void {
  if (proven) contexts.set(proven.heap, proven.id);
}

function placeOf(key: string): Place {
  const go = goNumber();
  // Only within one go do scopes have to be the same; what was seen before would have to be looked at again.
  if ((go !== undefined && go !== lastGo) || places.size >= LARGEST) {
    places.clear();
    forgetStrings();
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
