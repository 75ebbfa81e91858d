import { setMaxListeners } from 'node:events';
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
  /** What is in progress below, as a list that runs through the tasks themselves: a set would take a fifth of a node's time. */
  #firstChild: Task | undefined;
  #lastChild: Task | undefined;
  #previous: Task | undefined;
  #next: Task | undefined;
  #adopted = false;
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
      // Many nodes in progress at once may each listen to one signal.
      setMaxListeners(0, this.#controller.signal);
      const reason = this.stopped;
      if (reason !== undefined) this.#controller.abort(reason);
      else this.parent?.adopt(this);
    }
    return this.#controller.signal;
  }

  /** From now on, stopping this task stops `child` too. */
  adopt(child: Task): void {
    if (child.#adopted) return;
    child.#adopted = true;
    child.#previous = this.#lastChild;
    if (this.#lastChild === undefined) this.#firstChild = child;
    else this.#lastChild.#next = child;
    this.#lastChild = child;
  }

  disown(child: Task): void {
    if (!child.#adopted) return;
    child.#adopted = false;
    const previous = child.#previous;
    const next = child.#next;
    if (previous === undefined) this.#firstChild = next;
    else previous.#next = next;
    if (next === undefined) this.#lastChild = previous;
    else next.#previous = previous;
    child.#previous = undefined;
    child.#next = undefined;
  }

  /** Stops everything below, innermost first, then this task itself. */
  stop(reason: StopReason): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = reason;
    this.#stopChildren(reason);
    this.#controller?.abort(reason);
    this.onStop(reason);
  }

  /** Stops what is still in progress below after `cause` failed here; this task itself is at its end already. */
  protected stopBecause(cause: unknown, path: string): void {
    if (this.#stopped !== undefined || (this.#firstChild === undefined && this.#controller === undefined)) return;
    const reason = new AbortError('ABORTED', `${path}: stopped because another node failed.`, { cause, path });
    this.#stopped = reason;
    this.#stopChildren(reason);
    this.#controller?.abort(reason);
  }

  #stopChildren(reason: StopReason): void {
    // All of them first: a child that stops leaves the list.
    const children: Task[] = [];
    for (let child = this.#firstChild; child !== undefined; child = child.#next) children.push(child);
    for (const child of children) child.stop(reason);
  }

  /** Ends what this task has open; called once, after everything below it was stopped. */
  protected abstract onStop(reason: StopReason): void;
}
