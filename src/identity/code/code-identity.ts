import { answersLater, builtinPath, capturedVariables, inOneGo, packageOfFile } from '../../inspect/index.ts';
import { Unidentified as Missing } from '../unidentified.ts';
import { classDigest } from './class-digest.ts';
import { textDigest } from './part-names.ts';
import { Reach, type Unidentified } from './reach.ts';

/** What stands in a cache key for code. */
export interface CodeIdentity {
  /** 64 hexadecimal digits. */
  readonly digest: string;
  /** Digests of what the code is made of, by name, to say later which part changed. */
  readonly parts: Readonly<Record<string, string>>;
  /** What keeps this code from being identified; with any of these, results must not be cached. */
  readonly unidentified: readonly Unidentified[];
  /** Whether the variables that it uses hold what they held; absent when none of them can change. */
  readonly holds?: (() => boolean) | undefined;
  /** Structures that it changes where other code may read them; absent when it changes nothing, not even a variable. */
  readonly changes?: ReadonlySet<unknown> | undefined;
  /** Whether the content of a structure counts. */
  readonly reads: (structure: object) => boolean;
}

/** How the user helps to identify code. */
export interface CodeOptions {
  /** Pins the identity: the code is not looked at. */
  readonly version?: string | undefined;
  /** Values and functions that belong to the identity; with them, what cannot be identified is left out. */
  readonly deps?: readonly unknown[] | undefined;
  /** Tells apart functions with the same `version`; the node's name. */
  readonly name?: string | undefined;
}

/** Part of every key; a change makes every cache miss. */
const FORMAT = 'code 1';
/** What was found before, with what has to be true for it to hold still. */
interface Known {
  readonly identity: CodeIdentity;
  readonly checks: Reach['checks'];
  readonly classes: readonly Function[];
}

const known = new WeakMap<Function, Known>();

/** The classes that a function names, itself or in what it reaches. */
export function reachedClasses(fn: Function): readonly Function[] {
  codeIdentity(fn);
  return known.get(fn)!.classes;
}

/**
 * What the methods of an instance's class do, helpers included; `undefined` for classes of the language and of Node.
 *
 * @throws Unidentified when they use something that has no identity.
 */
export function instanceCode(made: Function, instance: object): string | undefined {
  if (builtinPath(made) !== undefined) return undefined;
  // Where the inspector answers later it cannot be asked in the midst of a run.
  if (answersLater) return classDigest(made);
  const { digest, unidentified } = codeIdentity(made);
  const culprit = unidentified.length > 0 && !isOfPackage(made) ? culpritOfMethods(made) : undefined;
  if (culprit === undefined) return digest;
  throw new Missing(instance, `an instance of '${made.name}', which uses '${culprit.name}'`, culprit.reason);
}

function isOfPackage(made: Function): boolean {
  const url = capturedVariables(made)?.url;
  return url !== undefined && packageOfFile(url) !== undefined;
}

const culprits = new WeakMap<
  Function,
  { readonly culprit: Unidentified | undefined; readonly checks: Reach['checks'] }
>();

/** What keeps a class from being identified, but for what is only used while an instance is made. */
function culpritOfMethods(made: Function): Unidentified | undefined {
  const before = culprits.get(made);
  if (before && holds(before.checks)) return before.culprit;
  return inOneGo(() => {
    const reach = new Reach({ isMade: true });
    reach.walk([made], made.name);
    const [culprit] = reach.unidentified.values();
    culprits.set(made, { culprit, checks: reach.checks });
    return culprit;
  });
}

/**
 * Identity of a function's code with everything that it reaches: helpers, classes, captured constants, packages by
 * version.
 *
 * Equal for the same code whatever compiled it, however it is formatted and whatever its local variables are called;
 * different when anything that it does may differ. Captured variables count with the values they hold now; one that the
 * code itself changes is state, and so `unidentified`. Names of local functions and classes do not count, although code
 * could read them from `name`.
 */
export function codeIdentity(fn: Function, options: CodeOptions = {}): CodeIdentity {
  const { version, deps } = options;
  const isPlain = version === undefined && deps === undefined;
  const before = isPlain ? known.get(fn) : undefined;
  if (before && holds(before.checks)) return before.identity;
  return inOneGo(() => identify(fn, options, isPlain));
}

function identify(fn: Function, options: CodeOptions, isPlain: boolean): CodeIdentity {
  const { version, deps } = options;
  const reach = new Reach();
  const name = options.name ?? (fn.name || 'function');
  const own =
    version === undefined ? reach.walk([fn], name) : `version ${JSON.stringify([options.name ?? fn.name, version])}`;
  let text = `${FORMAT}\n${own}`;
  let { unidentified } = reach;
  const { parts } = reach;
  if (version !== undefined) parts.add('version', textDigest(version));
  if (deps !== undefined) {
    // The user has said what matters beside the code; what of that cannot be identified still counts.
    const declared = new Reach();
    text += `\ndeps ${declared.walk([[...deps]], 'deps')}`;
    parts.addAll(declared.parts);
    unidentified = declared.unidentified;
  }
  let record: Readonly<Record<string, string>> | undefined;
  const identity: CodeIdentity = {
    digest: textDigest(text),
    get parts() {
      record ??= parts.toRecord();
      return record;
    },
    unidentified: [...unidentified.values()],
    holds: reach.bindings.length > 0 ? () => holds(reach.bindings) : undefined,
    changes: reach.changesState ? reach.changed : undefined,
    reads: (structure) => reach.data.has(structure),
  };
  if (isPlain) known.set(fn, { identity, checks: reach.checks, classes: [...reach.classes] });
  return identity;
}

function holds(checks: Reach['checks']): boolean {
  try {
    return checks.every((check) => check());
  } catch {
    // A getter, or something that has no identity any more: looking again will tell.
    return false;
  }
}
