import type { Session } from 'node:inspector';

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

interface RemoteObject {
  readonly objectId?: string;
  readonly value?: unknown;
  /** NaN, the infinities, -0 and BigInts, which JSON cannot hold. */
  readonly unserializableValue?: string;
}

interface InternalProperty {
  readonly name: string;
  readonly value?: RemoteObject;
}

const GROUP = 'hypernodes';
const MEETING_POINT = Symbol.for('hypernodes.inspect');

/** An object that this thread's code and the engine's inspector both can reach; values pass through it. */
interface MeetingPoint {
  value: unknown;
}

/**
 * The V8 inspector of this very thread. A session that is connected to its own thread answers at once, and while no
 * domain is enabled it costs the running code nothing.
 */
export class OwnInspector {
  readonly #session: Session;
  readonly #point: MeetingPoint;
  readonly #pointId: string;

  constructor(inspector: typeof import('node:inspector')) {
    this.#session = new inspector.Session();
    this.#session.connect();
    const holder = inspector as { [MEETING_POINT]?: MeetingPoint };
    this.#point = holder[MEETING_POINT] ??= { value: undefined };
    // Reached through the builtin module, which every realm of a thread shares, because test runners replace globals.
    const found = this.post<{ result: RemoteObject }>('Runtime.evaluate', {
      expression: `process.getBuiltinModule('node:inspector')[Symbol.for('${String(MEETING_POINT.description)}')]`,
    });
    this.#pointId = found.result.objectId!;
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

  listen(event: string, listener: (message: { params: object }) => void): () => void {
    this.#session.on(event, listener);
    return () => this.#session.off(event, listener);
  }

  /** The engine's handle on a value, valid until {@link release}. */
  handle(value: unknown): string {
    this.#point.value = value;
    const { result } = this.post<{ result: RemoteObject }>('Runtime.callFunctionOn', {
      objectId: this.#pointId,
      functionDeclaration: 'function () { return this.value; }',
      objectGroup: GROUP,
    });
    this.#point.value = undefined;
    return result.objectId!;
  }

  /** The value behind a handle. */
  value(remote: RemoteObject): unknown {
    const { objectId, value: plain, unserializableValue } = remote;
    if (objectId === undefined && unserializableValue === undefined) return plain;
    this.post('Runtime.callFunctionOn', {
      objectId: this.#pointId,
      functionDeclaration: 'function (value) { this.value = value; }',
      arguments: [objectId === undefined ? { unserializableValue } : { objectId }],
    });
    const { value } = this.#point;
    this.#point.value = undefined;
    return value;
  }

  internals(fn: Function): FunctionInternals {
    const { internalProperties = [] } = this.post<{ internalProperties?: InternalProperty[] }>(
      'Runtime.getProperties',
      {
        objectId: this.handle(fn),
        ownProperties: true,
      },
    );
    const remote = (name: string) => internalProperties.find((property) => property.name === name)?.value;
    const scopes = remote('[[Scopes]]');
    const location = remote('[[FunctionLocation]]')?.value as
      | { scriptId: string; lineNumber: number; columnNumber: number }
      | undefined;
    const target = remote('[[TargetFunction]]');
    return {
      scopes: scopes
        ? Array.from(this.value(scopes) as ArrayLike<{ description: string; object: RawScope['variables'] }>, rawScope)
        : [],
      location: location && { scriptId: location.scriptId, line: location.lineNumber, column: location.columnNumber },
      bound: target && {
        target: this.value(target) as Function,
        boundThis: this.value(remote('[[BoundThis]]') ?? {}),
        boundArguments: Array.from(this.value(remote('[[BoundArgs]]')!) as ArrayLike<unknown>),
      },
    };
  }

  release(): void {
    this.post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
  }
}

function rawScope({ description, object }: { description: string; object: RawScope['variables'] }): RawScope {
  return { description, variables: object };
}

let own: OwnInspector | null | undefined;

/**
 * Runs `ask` with this thread's inspector and lets go of every handle it took; `undefined` where the runtime has no
 * inspector, or one that cannot answer.
 */
export function withInspector<Answer>(ask: (inspector: OwnInspector) => Answer): Answer | undefined {
  if (own === undefined) own = open();
  if (own === null) return undefined;
  try {
    return ask(own);
  } finally {
    own.release();
  }
}

function open(): OwnInspector | null {
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
  const internals = withInspector((inspector) => inspector.internals(fn));
  if (internals?.location) locations.set(fn, internals.location);
  return internals;
}

/** Where `fn` stands, which never changes; `undefined` for native functions and where the runtime does not tell. */
export function functionLocation(fn: Function): FunctionLocation | undefined {
  return locations.get(fn) ?? functionInternals(fn)?.location;
}
