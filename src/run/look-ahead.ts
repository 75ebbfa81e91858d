import { bindInputs } from './bind-inputs.ts';
import { type AcceptedCode, acceptCode } from './caching/accepted-code.ts';
import { Forecast, type ForecastNode, given } from './caching/forecast.ts';
import { Recompute } from './caching/recompute.ts';
import { beginCall } from './call-settings.ts';
import type { CommonRunOptions } from './options.ts';
import type { RunnablePipeline } from './pipeline.ts';

type Inputs = Readonly<Record<string, unknown>>;

/** What a run with these inputs would do. */
export async function forecast(
  pipeline: RunnablePipeline,
  inputs: Inputs,
  options: CommonRunOptions = {},
): Promise<readonly ForecastNode[]> {
  const plan = pipeline.compile(options.outputs);
  const { values } = bindInputs(plan, inputs);
  const { scope } = beginCall(pipeline, { ...options, callbacks: [] });
  const look = new Forecast();
  const { name } = pipeline;
  const recompute = Recompute.of(plan, options.recompute);
  await look.walk({ scope, plan, path: name, staticPath: name, recompute }, values.map(given));
  return look.nodes;
}

/** Lets the results of a node's earlier code stand for its code of now. */
export function accept(pipeline: RunnablePipeline, node: string, reason: string): Promise<readonly AcceptedCode[]> {
  const { scope } = beginCall(pipeline, { callbacks: [] });
  return acceptCode(scope, node, reason);
}
