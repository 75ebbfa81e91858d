import { PipelineGraph } from '../graph/index.ts';
import { Execution } from './execution.ts';
import { ExecutionSettings } from './execution-settings.ts';
import { MapRun } from './map-run.ts';
import type { RootRun } from './scope.ts';
import { Scope } from './scope.ts';
import { StreamRun } from './stream.ts';

let kept: readonly object[] | undefined;

/**
 * Keeps one object of every kind that a run makes, for as long as the process lives.
 *
 * When a major garbage collection finds no object of a hidden class, V8 drops the class together with all machine code
 * that was compiled for it. Between two runs there would be none: after each collection the next run would be four
 * times slower, until all of it is compiled again.
 *
 * @param root A root run without callbacks, which may be kept: nothing of the user's hangs on it.
 */
export function keepShapes(root: () => RootRun): void {
  if (kept !== undefined) return;
  const pipeline = new PipelineGraph({ nodes: [] });
  const plan = pipeline.compile();
  const scope = Scope.root(root(), pipeline, {});
  const place = { within: undefined, name: pipeline.name };
  kept = [
    scope,
    new Execution(undefined, scope, plan, [], { ...place, index: -1 }, new ExecutionSettings({})),
    new MapRun(
      undefined,
      scope,
      plan,
      { count: 0, values: () => [] },
      { place, onError: 'throw', accept() {}, item: {} },
    ),
    new StreamRun(scope, plan, [], [], { name: pipeline.name, ordered: true, settings: {} }),
  ];
}
