import { GraphError } from '../errors.ts';
import type { NodeOptions, RetryPolicy } from './node-options.ts';

const invalid = (node: string, option: string, found: unknown, expected: string): GraphError =>
  new GraphError(
    'GRAPH_INVALID_NODE',
    `node '${node}': option '${option}' is ${String(found)}; expected ${expected}.`,
    {
      path: node,
    },
  );

const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
const isDuration = (value: unknown): boolean => typeof value === 'number' && value >= 0;

function checkRetries(node: string, retries: number | RetryPolicy): void {
  if (typeof retries !== 'object' || retries === null) {
    if (!isCount(retries)) throw invalid(node, 'retries', retries, 'a whole number from 0, or a RetryPolicy');
    return;
  }
  if (!isCount(retries.retries)) throw invalid(node, 'retries.retries', retries.retries, 'a whole number from 0');
  for (const part of ['delay', 'maxDelay', 'factor'] as const) {
    const value = retries[part];
    if (value !== undefined && !isDuration(value)) throw invalid(node, `retries.${part}`, value, 'a number from 0');
  }
  const { jitter, when } = retries;
  if (when !== undefined && typeof when !== 'function') {
    throw invalid(node, 'retries.when', typeof when, 'a function of the error and the attempt');
  }
  if (jitter !== undefined && !(jitter >= 0 && jitter <= 1)) {
    throw invalid(node, 'retries.jitter', jitter, 'a number from 0 to 1');
  }
}

/** @throws GraphError `GRAPH_INVALID_NODE` for an option that makes no sense. */
export function checkOptions(node: string, options: NodeOptions & { batch?: unknown }): void {
  if (options.retries !== undefined) checkRetries(node, options.retries);
  if (options.timeout !== undefined && !(isDuration(options.timeout) && options.timeout > 0)) {
    throw invalid(node, 'timeout', options.timeout, 'milliseconds above 0');
  }
  if (options.version !== undefined && typeof options.version !== 'string') {
    throw invalid(node, 'version', options.version, "a text, such as '2'");
  }
  if (options.deps !== undefined && !Array.isArray(options.deps)) {
    throw invalid(node, 'deps', options.deps, 'a list of what the node depends on');
  }
  if (options.cache !== undefined && typeof options.cache !== 'boolean') {
    throw invalid(node, 'cache', options.cache, 'true or false; the cache itself is set on the pipeline');
  }
  if (options.batch !== undefined && typeof options.batch !== 'function') {
    throw invalid(node, 'batch', typeof options.batch, 'a function over lists');
  }
}
