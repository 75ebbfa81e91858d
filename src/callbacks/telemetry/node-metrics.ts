import type { NodeCachedEvent, NodeEndEvent } from '../../events/index.ts';
import type { Api } from '../opentelemetry-api.ts';
import { ATTRIBUTE, errorType } from './attributes.ts';

/** Seconds; nodes take from microseconds to hours. */
const BOUNDARIES = [0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 1800, 7200];

/** What is measured about nodes. */
export class NodeMetrics {
  readonly #duration: Api.Histogram;
  readonly #executions: Api.Counter;
  readonly #hits: Api.Counter;
  readonly #misses: Api.Counter;
  readonly #failures: Api.Counter;
  readonly #retries: Api.Counter;
  readonly #attributes = new Map<string, Map<string, Api.Attributes>>();

  constructor(meter: Api.Meter) {
    this.#duration = meter.createHistogram('hypernodes.node.duration', {
      description: 'How long executions of a node take, retries included',
      unit: 's',
      advice: { explicitBucketBoundaries: BOUNDARIES },
    });
    const counter = (name: string, description: string, unit: string): Api.Counter =>
      meter.createCounter(name, { description, unit });
    this.#executions = counter('hypernodes.node.executions', 'Executions of a node that ended', '{execution}');
    this.#failures = counter(
      'hypernodes.node.failures',
      'Executions of a node that ended with an error',
      '{execution}',
    );
    this.#retries = counter(
      'hypernodes.node.retries',
      'Attempts that failed and were followed by another',
      '{attempt}',
    );
    this.#hits = counter('hypernodes.cache.hits', 'Results that the cache had', '{result}');
    this.#misses = counter('hypernodes.cache.misses', 'Results that the cache did not have', '{result}');
  }

  ended(event: NodeEndEvent): void {
    const attributes = this.#attributesOf(event.pipeline, event.node);
    this.#executions.add(1, attributes);
    if (event.signature !== undefined) this.#misses.add(1, attributes);
    if (event.error === undefined) {
      this.#duration.record(event.durationMs / 1000, attributes);
      return;
    }
    const failed = { ...attributes, 'error.type': errorType(event.error) };
    this.#duration.record(event.durationMs / 1000, failed);
    this.#failures.add(1, failed);
  }

  cached(event: NodeCachedEvent): void {
    this.#hits.add(1, this.#attributesOf(event.pipeline, event.node));
  }

  retried(event: { readonly pipeline: string; readonly node: string }): void {
    this.#retries.add(1, this.#attributesOf(event.pipeline, event.node));
  }

  #attributesOf(pipeline: string, node: string): Api.Attributes {
    let nodes = this.#attributes.get(pipeline);
    if (nodes === undefined) {
      nodes = new Map();
      this.#attributes.set(pipeline, nodes);
    }
    let attributes = nodes.get(node);
    if (attributes === undefined) {
      attributes = { [ATTRIBUTE.pipeline]: pipeline, [ATTRIBUTE.node]: node };
      nodes.set(node, attributes);
    }
    return attributes;
  }
}
