import { type NodeDefinition, node, PipelineGraph } from '../graph/index.ts';
import { Execution } from './execution.ts';
import { ExecutionSettings } from './execution-settings.ts';
import { LeafCall } from './leaf-call.ts';
import { MapRun } from './map-run.ts';
import { type RootRun, Scope } from './scope.ts';
import { Span } from './span.ts';
import { StreamRun } from './stream.ts';

let kept: readonly object[] | undefined;

/**
 * Keeps one object of every kind that a run makes, for as long as the process lives.
 *
 * When a major garbage collection finds no object of a hidden class, V8 drops the class together with all machine code
 * that was compiled for it. Between two runs there would be none: after each collection the next run would be four
 * times slower, until all of it is compiled again.
 *
 * @param makeRoot Makes a root run that may be kept: nothing of the user's hangs on it.
 */
export function keepShapes(makeRoot: () => RootRun): void {
  if (kept !== undefined) return;
  const pipeline = new PipelineGraph({ nodes: [node('kept', ({ value }: { value: unknown }) => value)] });
  const { name } = pipeline;
  const plan = pipeline.compile();
  const step = plan.steps[0]!;
  const root = makeRoot();
  const scope = Scope.root(root, pipeline, { callbacks: [{}] });
  const place = { within: undefined, name, index: -1 };
  const execution = new Execution(undefined, scope, plan, [undefined, undefined], place, new ExecutionSettings({}));
  kept = [
    execution,
    new LeafCall(execution, step, step.definition as NodeDefinition),
    new Span(root, undefined, name, 0, name),
    new MapRun(
      undefined,
      scope,
      plan,
      { count: 0, values: () => [] },
      { place, onError: 'throw', mapped: [], accept() {}, item: {} },
    ),
    new StreamRun(scope, plan, [], [], { name, ordered: true, settings: {} }),
  ];
}
