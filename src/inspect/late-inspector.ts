import type { Session } from 'node:inspector';
import {
  type BoundTarget,
  type FunctionInternals,
  freeName,
  type InternalProperty,
  type RawScope,
  type RemoteObject,
} from './inspector.ts';
import { learnScript, learnSource } from './scripts.ts';

const MEETING_POINT = Symbol.for('hypernodes.inspect');

/**
 * The inspector of a runtime in which a session with its own thread answers later (Deno).
 *
 * What code asks meanwhile is not known yet: `askingAhead` repeats an action until everything is that it asks for.
 */
export class LateInspector {
  readonly #session: Session;
  readonly #point: { value: unknown } = { value: undefined };
  #last: Promise<unknown> = Promise.resolve();

  constructor(inspector: typeof import('node:inspector')) {
    this.#session = new inspector.Session();
    this.#session.connect();
    Object.assign(inspector, { [MEETING_POINT]: this.#point });
    this.#session.on('Debugger.scriptParsed', ({ params }: { params: object }) => learnScript(params));
  }

  /** One after the other: what is asked goes through one meeting point. */
  internals(fn: Function): Promise<FunctionInternals> {
    return this.#inTurn(() => this.#internals(fn));
  }

  privateValues(owner: object): Promise<ReadonlyMap<string, unknown>> {
    return this.#inTurn(async () => {
      const { privateProperties = [] } = await this.#properties(await this.#handle(owner));
      const values = new Map<string, unknown>();
      for (const { name, value } of privateProperties)
        if (value) values.set(freeName(name, values), await this.#value(value));
      return values;
    });
  }

  heirs(prototype: object): Promise<readonly object[]> {
    return this.#inTurn(async () => {
      const prototypeObjectId = await this.#handle(prototype);
      const { objects } = await this.#post<{ objects: RemoteObject }>('Runtime.queryObjects', { prototypeObjectId });
      return Array.from((await this.#value(objects)) as ArrayLike<object>);
    });
  }

  /** Learns about all scripts, and the sources of those that are asked for when all are known. */
  scripts(wanted: () => readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      await this.#post('Debugger.enable');
      try {
        for (const scriptId of wanted()) {
          // What was evaluated once may be no more.
          const found = await this.#post<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId }).catch(
            () => ({ scriptSource: '' }),
          );
          learnSource(scriptId, found.scriptSource);
        }
      } finally {
        await this.#post('Debugger.disable');
      }
    });
  }

  async #internals(fn: Function): Promise<FunctionInternals> {
    const { internalProperties = [] } = await this.#properties(await this.#handle(fn));
    const remote = (name: string) => internalProperties.find((property) => property.name === name)?.value;
    const found = remote('[[FunctionLocation]]')?.value as
      | { scriptId: string; lineNumber: number; columnNumber: number }
      | undefined;
    const [scopes, target] = [remote('[[Scopes]]'), remote('[[TargetFunction]]')];
    let bound: BoundTarget | undefined;
    if (target) {
      bound = {
        target: (await this.#value(target)) as Function,
        boundThis: await this.#value(remote('[[BoundThis]]') ?? {}),
        boundArguments: Array.from((await this.#value(remote('[[BoundArgs]]')!)) as ArrayLike<unknown>),
      };
    }
    const list = scopes
      ? ((await this.#value(scopes)) as ArrayLike<{ description: string; object: RawScope['variables'] }>)
      : [];
    return {
      scopes: Array.from(list, ({ description, object }) => ({ description, variables: object })),
      location: found && { scriptId: found.scriptId, line: found.lineNumber, column: found.columnNumber },
      bound,
    };
  }

  async #meet(): Promise<string> {
    const { result } = await this.#post<{ result: RemoteObject }>('Runtime.evaluate', {
      expression: `process.getBuiltinModule('node:inspector')[Symbol.for('${String(MEETING_POINT.description)}')]`,
    });
    return result.objectId!;
  }

  async #handle(value: unknown): Promise<string> {
    const objectId = await this.#meet();
    this.#point.value = value;
    const { result } = await this.#post<{ result: readonly InternalProperty[] }>('Runtime.getProperties', {
      objectId,
      ownProperties: true,
    });
    this.#point.value = undefined;
    return result.find(({ name }) => name === 'value')!.value!.objectId!;
  }

  #properties(objectId: string) {
    return this.#post<{
      readonly internalProperties?: readonly InternalProperty[];
      readonly privateProperties?: readonly InternalProperty[];
    }>('Runtime.getProperties', { objectId, ownProperties: true });
  }

  async #value({ objectId, value: plain, unserializableValue }: RemoteObject): Promise<unknown> {
    if (objectId === undefined && unserializableValue === undefined) return plain;
    await this.#post('Runtime.callFunctionOn', {
      objectId: await this.#meet(),
      functionDeclaration: 'function (value) { this.value = value; }',
      arguments: [objectId === undefined ? { unserializableValue } : { objectId }],
    });
    const { value } = this.#point;
    this.#point.value = undefined;
    return value;
  }

  #post<Result>(method: string, parameters: object = {}): Promise<Result> {
    return new Promise((resolve, reject) => {
      // In a turn of its own: a notebook runs cells from within an inspector, which must not be entered twice.
      setTimeout(() => {
        this.#session.post(method, parameters, (error: Error | null, result: unknown) => {
          if (error) reject(new Error(`The inspector refused ${method}: ${error.message}`));
          else resolve(result as Result);
        });
      }, 0);
    });
  }

  #inTurn<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    const answer = this.#last.then(ask, ask);
    this.#last = answer;
    return answer;
  }
}
