import type { ReportCollector, RunReport } from '../events/index.ts';
import { displayRun, jupyterDisplay } from './notebook/index.ts';
import type { NodeFailure } from './scope.ts';

const reports = new WeakMap<object, RunReport>();

/**
 * What each node did in the run that gave this result: executions, hits, times, bytes, as a table, data or a page.
 *
 * The same as `result.report`, for results that have an output of that name, and for the type checker.
 *
 * `undefined` unless the run was asked for it with `report: true`.
 */
export function reportOf(result: object): RunReport | undefined {
  return reports.get(result);
}

const failuresOfRuns = new WeakMap<object, readonly NodeFailure[]>();

/**
 * What failed in a run that gave this result all the same: nodes of a `run` with `onError: 'collect'`, and items of nested
 * maps that collect errors. Empty when all went well.
 */
export function failuresOf(result: object): readonly NodeFailure[] {
  return failuresOfRuns.get(result) ?? [];
}

/** Remembers what is to be said about a result besides the result itself. @internal */
export function annotate<T extends object>(
  result: T,
  failures: readonly NodeFailure[],
  collector: ReportCollector | undefined,
): T {
  const report = collector?.report();
  if (failures.length > 0) failuresOfRuns.set(result, failures);
  if (report !== undefined) {
    reports.set(result, report);
    // Neither is enumerable: a result is the values of its outputs, and nothing else that one sees. An output may have the name.
    if (!('report' in result)) Object.defineProperty(result, 'report', { value: report });
  }
  if ((failures.length > 0 || report !== undefined) && !(jupyterDisplay in result)) {
    Object.defineProperty(result, jupyterDisplay, { value: () => displayRun(result, failures, report) });
  }
  return result;
}
