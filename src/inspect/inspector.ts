import type { Session } from 'node:inspector';
import { answersLater, lateHeirs, lateInternals, latePrivateValues } from './late-answers.ts';

/** What the engine knows of a function beyond what the language shows. */
export interface FunctionInternals {
  /** Innermost first; `variables` is a copy that shows the values at the time of asking. */
  readonly scopes: readonly RawScope[];
  readonly location: FunctionLocation | undefined;
  /** Set for functions that `Function.prototype.bind` made. */
  readonly bound: BoundTarget | undefined;
}

/** Where in which script a function stands. */
export interface FunctionLocation {
  /** The engine's number for one evaluation of one source. */
  readonly scriptId: string;
  /** From 0. */
  readonly line: number;
  /** In UTF-16 units from 0. */
  readonly column: number;
}

export interface RawScope {
  /** As the engine calls it: `Closure (make)`, `Block`, `Script`, `Module`, `Global`, … */
  readonly description: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What a bound function calls. */
export interface BoundTarget {
  readonly target: Function;
  readonly boundThis: unknown;
  readonly boundArguments: readonly unknown[];
}

export interface RemoteObject {
  readonly objectId?: string;
  readonly value?: unknown;
  /** NaN, the infinities, -0 and BigInts, which JSON cannot hold. */
  readonly unserializableValue?: string;
}

export interface InternalProperty {
  readonly name: string;
  readonly value?: RemoteObject;
}

const GROUP = 'hypernodes';
const MEETING_POINT = Symbol.for('hypernodes.inspect');

/** An object that this thread's code and the engine's inspector both can reach; values pass through it. */
interface MeetingPoint {
  value: unknown;
}

/** Handles pile up until they are released, which takes a while itself. */
const ASKS_BETWEEN_RELEASES = 200;

/**
 * The V8 inspector of this very thread. A session that is connected to its own thread answers at once, and while no
 * domain is enabled it costs the running code nothing.
 */
export class OwnInspector {
  readonly #session: Session;
  readonly #point: MeetingPoint;
  /** The engine's handle on the meeting point, until the next {@link release}. */
  #pointId: string | undefined;
  #stopDebugger: (() => void) | undefined;
  #isProfilingHeap = false;

  constructor(inspector: typeof import('node:inspector')) {
    this.#session = new inspector.Session();
    this.#session.connect();
    const holder = inspector as { [MEETING_POINT]?: MeetingPoint };
    this.#point = holder[MEETING_POINT] ??= Object.assign(Object.create(null), { value: undefined });
    this.#meet();
  }

  #meet(): string {
    if (this.#pointId === undefined) {
      // Reached through the builtin module, which every realm of a thread shares, because test runners replace globals.
      const found = this.post<{ result: RemoteObject }>('Runtime.evaluate', {
        expression: `process.getBuiltinModule('node:inspector')[Symbol.for('${String(MEETING_POINT.description)}')]`,
        objectGroup: GROUP,
      });
      this.#pointId = found.result.objectId!;
    }
    return this.#pointId;
  }

  post<Result>(method: string, parameters: object = {}): Result {
    let answer: { error: Error | null; result: unknown } | undefined;
    this.#session.post(method, parameters, (error: Error | null, result: unknown) => {
      answer = { error, result };
    });
    if (answer === undefined) throw new Error(`The inspector did not answer ${method}.`);
    if (answer.error) throw new Error(`The inspector refused ${method}: ${answer.error.message}`);
    return answer.result as Result;
  }

  /** The engine's handle on a value, valid until {@link release}. */
  handle(value: unknown): string {
    // Asking for properties is the one way to a handle for which the engine need not compile anything.
    this.#point.value = value;
    const { result } = this.post<{ result: readonly { readonly name: string; readonly value?: RemoteObject }[] }>(
      'Runtime.getProperties',
      { objectId: this.#meet(), ownProperties: true },
    );
    this.#point.value = undefined;
    return result.find(({ name }) => name === 'value')!.value!.objectId!;
  }

  /** The value behind a handle. */
  value(remote: RemoteObject): unknown {
    const { objectId, value: plain, unserializableValue } = remote;
    if (objectId === undefined && unserializableValue === undefined) return plain;
    this.post('Runtime.callFunctionOn', {
      objectId: this.#meet(),
      functionDeclaration: 'function (value) { this.value = value; }',
      arguments: [objectId === undefined ? { unserializableValue } : { objectId }],
    });
    const { value } = this.#point;
    this.#point.value = undefined;
    return value;
  }

  /** Where a function stands, without its variables. */
  location(fn: Function): FunctionLocation | undefined {
    return locationIn(this.#internalProperties(fn));
  }

  internals(fn: Function): FunctionInternals {
    const properties = this.#internalProperties(fn);
    const remote = (name: string) => properties.find((property) => property.name === name)?.value;
    const scopes = remote('[[Scopes]]');
    const target = remote('[[TargetFunction]]');
    return {
      scopes: scopes
        ? Array.from(this.value(scopes) as ArrayLike<{ description: string; object: RawScope['variables'] }>, rawScope)
        : [],
      location: locationIn(properties),
      bound: target && {
        target: this.value(target) as Function,
        boundThis: this.value(remote('[[BoundThis]]') ?? {}),
        boundArguments: Array.from(this.value(remote('[[BoundArgs]]')!) as ArrayLike<unknown>),
      },
    };
  }

  /** What is in the `#private` fields of an object, by {@link freeName}. */
  privateValues(owner: object): Map<string, unknown> {
    const { privateProperties = [] } = this.post<{ privateProperties?: InternalProperty[] }>('Runtime.getProperties', {
      objectId: this.handle(owner),
      ownProperties: true,
    });
    const values = new Map<string, unknown>();
    for (const { name, value } of privateProperties) if (value) values.set(freeName(name, values), this.value(value));
    return values;
  }

  /** The objects that inherit from a prototype and are still in use. */
  heirs(prototype: object): readonly object[] {
    const { objects } = this.post<{ objects: RemoteObject }>('Runtime.queryObjects', {
      prototypeObjectId: this.handle(prototype),
      objectGroup: GROUP,
    });
    return Array.from(this.value(objects) as ArrayLike<object>);
  }

  #internalProperties(fn: Function): readonly InternalProperty[] {
    const { internalProperties = [] } = this.post<{ internalProperties?: InternalProperty[] }>(
      'Runtime.getProperties',
      { objectId: this.handle(fn), ownProperties: true },
    );
    return internalProperties;
  }

  get isDebugging(): boolean {
    return this.#stopDebugger !== undefined;
  }

  /**
   * Switches the debugger on until {@link rest}; left on, it would slow the user's code.
   *
   * @param onScript Is told every script that there is at once, and those that come meanwhile.
   */
  startDebugger(onScript: (script: object) => void): void {
    if (this.#stopDebugger) return;
    const listener = ({ params }: { params: object }): void => onScript(params);
    this.#session.on('Debugger.scriptParsed', listener);
    this.#stopDebugger = () => {
      this.#stopDebugger = undefined;
      this.post('Debugger.disable');
      this.#session.off('Debugger.scriptParsed', listener);
    };
    this.post('Debugger.enable');
    // Hooks of the user's may run meanwhile, and a `debugger` statement in one would wait for nobody.
    this.post('Debugger.setSkipAllPauses', { skip: true });
  }

  /** The id under which the last heap snapshot shows a value; values keep theirs until {@link forgetHeapIds}. */
  heapId(value: unknown): number {
    if (!this.#isProfilingHeap) this.post('HeapProfiler.enable');
    this.#isProfilingHeap = true;
    const objectId = this.handle(value);
    return Number(
      this.post<{ heapSnapshotObjectId: string }>('HeapProfiler.getHeapObjectId', { objectId }).heapSnapshotObjectId,
    );
  }

  /** The value of that id. */
  valueOfHeapId(id: number): unknown {
    const { result } = this.post<{ result: RemoteObject }>('HeapProfiler.getObjectByHeapObjectId', {
      objectId: String(id),
      objectGroup: GROUP,
    });
    return this.value(result);
  }

  /** From then on the engine need not note what its garbage collector moves. */
  forgetHeapIds(): void {
    if (this.#isProfilingHeap) this.post('HeapProfiler.disable');
    this.#isProfilingHeap = false;
  }

  /** Lets go of every handle. */
  release(): void {
    if (this.#pointId === undefined) return;
    this.#pointId = undefined;
    this.post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
  }

  /** Leaves nothing behind that costs the program anything. */
  rest(): void {
    this.#stopDebugger?.();
    this.release();
  }
}

function locationIn(properties: readonly InternalProperty[]): FunctionLocation | undefined {
  const found = properties.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value as
    | { scriptId: string; lineNumber: number; columnNumber: number }
    | undefined;
  return found && { scriptId: found.scriptId, line: found.lineNumber, column: found.columnNumber };
}

function rawScope({ description, object }: { description: string; object: RawScope['variables'] }): RawScope {
  return { description, variables: object };
}

let own: OwnInspector | null | undefined;
/** How many calls of {@link inOneGo} are under way. */
let underway = 0;
let goes = 0;
let asks = 0;

/** Tells one {@link inOneGo} from another; `undefined` outside of any. */
export function goNumber(): number | undefined {
  return underway > 0 ? goes : undefined;
}

/**
 * Runs `action`, which asks about many functions; what has to be cleaned up after asking is cleaned up once. The first
 * time that it comes to ask about scripts takes V8 some 30 ms, because it then computes the SHA-256 of every script.
 */
export function inOneGo<Answer>(action: () => Answer): Answer {
  if (underway++ === 0) goes++;
  try {
    return action();
  } finally {
    if (--underway === 0) endGo();
  }
}

const endings: (() => void)[] = [];

/** Does something when the outermost {@link inOneGo} that is under way ends. */
export function atEndOfGo(action: () => void): void {
  endings.push(action);
}

function endGo(): void {
  for (const action of endings.splice(0)) action();
  own?.rest();
}

/**
 * Runs `ask` with this thread's inspector and lets go of every handle it took; `undefined` where the runtime has no
 * inspector, or one that cannot answer.
 */
export function withInspector<Answer>(ask: (inspector: OwnInspector) => Answer): Answer | undefined {
  if (own === undefined) own = open();
  const inspector = own;
  if (inspector === null) return undefined;
  if (++asks % ASKS_BETWEEN_RELEASES === 0) inspector.release();
  return inOneGo(() => ask(inspector));
}

function open(): OwnInspector | null {
  // A session of Deno's answers later, and in a notebook must not even be opened now.
  if (answersLater) return null;
  try {
    const inspector = process.getBuiltinModule('node:inspector');
    return inspector ? new OwnInspector(inspector) : null;
  } catch {
    // Built without the inspector, or with one that works otherwise: the answer is "unknown".
    return null;
  }
}

const locations = new WeakMap<Function, FunctionLocation>();

/** What the engine knows of `fn`; `undefined` where the runtime tells nothing. */
export function functionInternals(fn: Function): FunctionInternals | undefined {
  if (answersLater) return lateInternals(fn);
  const internals = withInspector((inspector) => inspector.internals(fn));
  if (internals?.location) locations.set(fn, internals.location);
  return internals;
}

/**
 * The name of a private field without `#`: a parent's field of a name that another one has gets an apostrophe.
 *
 * @param taken Fields that have their names.
 */
export function freeName(written: string, taken: ReadonlyMap<string, unknown>): string {
  let name = written.slice(1);
  while (taken.has(name)) name += "'";
  return name;
}

/** What is in the `#private` fields of an object, by {@link freeName}; empty where the runtime tells nothing. */
export function privateValues(owner: object): ReadonlyMap<string, unknown> {
  const values = answersLater ? latePrivateValues(owner) : withInspector((inspector) => inspector.privateValues(owner));
  return values ?? new Map<string, unknown>();
}

/**
 * The objects that inherit from a prototype and are still in use, for which all garbage is collected; empty where the
 * runtime tells nothing.
 */
export function heirsOf(prototype: object): readonly object[] {
  const heirs = answersLater ? lateHeirs(prototype) : withInspector((inspector) => inspector.heirs(prototype));
  return heirs ?? [];
}

/** Where `fn` stands, which never changes; `undefined` for native functions and where the runtime does not tell. */
export function functionLocation(fn: Function): FunctionLocation | undefined {
  if (answersLater) return lateInternals(fn)?.location;
  let location = locations.get(fn);
  if (location === undefined) {
    location = withInspector((inspector) => inspector.location(fn));
    if (location) locations.set(fn, location);
  }
  return location;
}
