import { AbortError, type TimeoutError } from '../errors.ts';

/** Why something was stopped from outside. */
export type StopReason = AbortError | TimeoutError | Error;

/**
 * One thing in progress that can be stopped: a run, a map, a node's attempt.
 *
 * Tasks form the one abort tree of a root run. An `AbortController` costs microseconds, so a task makes one only when
 * somebody asks for its signal.
 */
export abstract class Task {
  readonly parent: Task | undefined;
  #children: Set<Task> | undefined;
  #controller: AbortController | undefined;
  #stopped: StopReason | undefined;

  constructor(parent: Task | undefined) {
    this.parent = parent;
  }

  /** The reason, once this task or one above it was stopped. */
  get stopped(): StopReason | undefined {
    for (let task: Task | undefined = this; task !== undefined; task = task.parent) {
      if (task.#stopped !== undefined) return task.#stopped;
    }
    return undefined;
  }

  /** Aborted when this task is stopped. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      const reason = this.stopped;
      if (reason !== undefined) this.#controller.abort(reason);
      else this.parent?.adopt(this);
    }
    return this.#controller.signal;
  }

  /** From now on, stopping this task stops `child` too. */
  adopt(child: Task): void {
    this.#children ??= new Set();
    this.#children.add(child);
  }

  disown(child: Task): void {
    this.#children?.delete(child);
  }

  /** Stops everything below, innermost first, then this task itself. */
  stop(reason: StopReason): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = reason;
    if (this.#children !== undefined) for (const child of [...this.#children]) child.stop(reason);
    this.#controller?.abort(reason);
    this.onStop(reason);
  }

  /** Stops what is still in progress below after `cause` failed here; this task itself is at its end already. */
  protected stopBecause(cause: unknown, path: string): void {
    const hasChildren = this.#children !== undefined && this.#children.size > 0;
    if (this.#stopped !== undefined || (!hasChildren && this.#controller === undefined)) return;
    const reason = new AbortError('ABORTED', `${path}: stopped because another node failed.`, { cause, path });
    this.#stopped = reason;
    if (this.#children !== undefined) for (const child of [...this.#children]) child.stop(reason);
    this.#controller?.abort(reason);
  }

  /** Ends what this task has open; called once, after everything below it was stopped. */
  protected abstract onStop(reason: StopReason): void;
}
