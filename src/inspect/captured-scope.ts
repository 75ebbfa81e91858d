import type { RawScope } from './inspector.ts';

/** One instance of a scope: the same object for every function that shares its variables. */
export interface CapturedScope {
  readonly kind: 'module' | 'script' | 'closure';
  /** As the engine calls it, for messages: `Closure (makeCounter)`. */
  readonly description: string;
}

interface Member {
  readonly fn: WeakRef<Function>;
  /** Where in its script the function was written. */
  readonly site: string;
  /** How to see the variables as they are now. */
  readonly look: (fn: Function) => RawScope['variables'] | undefined;
}

interface Known {
  readonly scope: CapturedScope;
  readonly members: Member[];
}

/** By script and place, what was found there so far. */
const known = new Map<string, Known[]>();
const LARGEST = 10_000;

/**
 * The scope object for one of a function's scopes.
 *
 * The engine shows copies of scopes and no identity. Modules have one instance per script. Instances of a closure are
 * told apart by what their variables hold now. Where a place in the source can make only one function per instance,
 * two functions from there have two instances.
 *
 * @param isRepeated Whether the function's place is in a loop or another function inside the scope.
 */
export function capturedScope(
  raw: RawScope,
  place: string,
  site: string,
  fn: Function,
  look: Member['look'],
  isRepeated: boolean,
): CapturedScope {
  if (raw.description.startsWith('With')) return withScope(raw);
  const kind = raw.description.startsWith('Module') ? 'module' : raw.description === 'Script' ? 'script' : 'closure';
  let instances = known.get(place);
  if (!instances) {
    if (known.size >= LARGEST) known.clear();
    instances = [];
    known.set(place, instances);
  }
  const found = instances.find(
    (instance) => kind !== 'closure' || isShared(instance, raw, isRepeated ? undefined : site, fn),
  );
  const member: Member = { fn: new WeakRef(fn), site, look };
  if (found) {
    if (kind === 'closure' && !found.members.some((one) => one.fn.deref() === fn)) found.members.push(member);
    return found.scope;
  }
  const scope: CapturedScope = { kind, description: raw.description };
  instances.push({ scope, members: [member] });
  return scope;
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

function isShared(instance: Known, raw: RawScope, onlySite: string | undefined, fn: Function): boolean {
  for (const member of instance.members) {
    const other = member.fn.deref();
    if (other === undefined) continue;
    if (other === fn) return true;
    if (member.site === onlySite) return false;
    const now = member.look(other);
    if (!now || !sameVariables(now, raw.variables)) return false;
  }
  return instance.members.some((member) => member.fn.deref() !== undefined);
}

function sameVariables(a: RawScope['variables'], b: RawScope['variables']): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => name in b && Object.is(a[name], b[name]));
}
