import { setMaxListeners } from 'node:events';
import { AbortError, InputError } from '../errors.ts';
import { ReportCollector } from '../events/index.ts';
import { checkSettings } from './check-settings.ts';
import { keepShapes } from './keep-shapes.ts';
import { runNested } from './nested.ts';
import type { CommonRunOptions, PipelineOptions } from './options.ts';
import type { RunnablePipeline } from './pipeline.ts';
import { RootRun, Scope } from './scope.ts';
import type { Task } from './task.ts';
import { timedOut } from './timed-out.ts';
import { startTimer } from './timer.ts';

/** One call of `run`, `map` or `stream`: what its options amount to. */
export interface CallSettings {
  readonly root: RootRun;
  readonly scope: Scope;
  /** Keeps the account that the caller asked for. */
  readonly collector: ReportCollector | undefined;
}

/**
 * Starts a root run under the options of the call, which win over those of the pipeline.
 *
 * @throws InputError `INPUT_INVALID` for a limit that nothing could run under; AbortError when it is aborted already.
 */
export function beginCall(pipeline: RunnablePipeline, options: CommonRunOptions, sync = false): CallSettings {
  const { name } = pipeline;
  checkSettings(name, options);
  const spotCheck = checkShare(name, options.spotCheck);
  abortedBefore(name, options.signal);
  const collector = options.report === true ? new ReportCollector() : undefined;
  keepShapes(() => new RootRun(false, runNested));
  const root = new RootRun(sync, runNested, spotCheck);
  return { root, scope: Scope.root(root, pipeline, effectiveOptions(pipeline.options, options, collector)), collector };
}

function effectiveOptions(
  own: PipelineOptions,
  options: CommonRunOptions,
  collector: ReportCollector | undefined,
): PipelineOptions {
  const callbacks = options.callbacks ?? own.callbacks;
  return {
    cache: options.cache === undefined ? own.cache : options.cache,
    callbacks: collector === undefined ? callbacks : [...(callbacks ?? []), collector],
    engine: options.engine === undefined ? own.engine : options.engine,
    concurrency: options.concurrency ?? own.concurrency,
  };
}

function checkShare(pipeline: string, share = 0): number {
  if (typeof share === 'number' && share >= 0 && share <= 1) return share;
  throw new InputError(
    'INPUT_INVALID',
    `pipeline '${pipeline}': spotCheck is ${String(share)}; expected a share from 0 to 1.`,
    {
      path: 'spotCheck',
    },
  );
}

function abortedBefore(pipeline: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new AbortError('ABORTED', `pipeline '${pipeline}': aborted before it started.`, {
    cause: signal.reason,
    path: pipeline,
  });
}

/**
 * Stops the task when the caller's signal or the time-out says so; returns how to stop listening.
 *
 * Called before the task starts: a synchronous node may abort the run that it is part of.
 */
export function supervise(
  task: Task,
  { budget, pipeline }: Scope,
  { signal, timeout }: Pick<CommonRunOptions, 'signal' | 'timeout'>,
): () => void {
  if (signal === undefined && timeout === undefined) return () => {};
  const path = pipeline.name;
  const onAbort = (): void => {
    budget.close();
    task.stop(new AbortError('ABORTED', `${path}: aborted.`, { cause: signal?.reason, path }));
  };
  if (signal !== undefined) {
    // Each run takes its listener off again: many at once are no leak.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', onAbort, { once: true });
  }
  const timer =
    timeout === undefined ? undefined : startTimer(timeout, () => task.stop(timedOut(path, 'call', timeout)));
  return () => {
    signal?.removeEventListener('abort', onAbort);
    clearTimeout(timer);
  };
}
