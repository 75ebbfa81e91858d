import {
  type Callback,
  isAbort,
  type LogLevel,
  type MapEndEvent,
  type MapItemEndEvent,
  type MapItemStartEvent,
  type MapStartEvent,
  type NodeCachedEvent,
  type NodeEndEvent,
  type NodeLogEvent,
  type NodeRetryEvent,
  type NodeStartEvent,
  type PipelineEndEvent,
  type PipelineStartEvent,
  type RunEvent,
} from '../../events/index.ts';
import { fromState, getState } from '../travel.ts';
import { boundedData } from './bounded-data.ts';
import { describeError } from './describe-error.ts';
import { describeValues } from './describe-value.ts';
import { jsonLinesLogger, type Logger } from './logger.ts';

/** Options of {@link LoggingCallback}. */
export interface LoggingOptions {
  /** Level of the lines about starts; `debug` by default. */
  readonly starts?: LogLevel;
  /** Level of the lines about what succeeds within the items of a map; `debug` by default, for there are many. */
  readonly items?: LogLevel;
  /** Lines below this level are dropped by the default logger; `info` by default. A logger of yours has its own. */
  readonly level?: LogLevel;
}

type Fields = () => Record<string, unknown>;

const IN_ITEM = /\[\d+\](?: > |$)/;

/**
 * Writes structured lines about runs: who, where, how long, from cache or not, which error.
 *
 * Values are never logged, only their types and sizes; what a node itself hands to `ctx.log` is, up to some size.
 *
 * @example
 * import { LoggingCallback } from 'hypernodes/callbacks';
 * import pino from 'pino';
 * const callbacks = [new LoggingCallback(pino({ level: 'debug' }))];
 */
export class LoggingCallback implements Callback {
  readonly #logger: Logger;
  readonly #options: LoggingOptions;
  readonly #starts: LogLevel;
  readonly #items: LogLevel;

  /** @param logger JSON lines on standard error if left out. */
  constructor(logger?: Logger, options: LoggingOptions = {}) {
    this.#logger = logger ?? jsonLinesLogger(options.level ?? 'info');
    this.#options = options;
    this.#starts = options.starts ?? 'debug';
    this.#items = options.items ?? 'debug';
  }

  onPipelineStart(event: PipelineStartEvent): void {
    const level = event.parentSpanId === undefined ? 'info' : this.#starts;
    this.#write(level, event, 'pipeline started', () => ({ inputs: describeValues(event.inputs), place: event.place }));
  }

  onPipelineEnd(event: PipelineEndEvent): void {
    this.#ended(event, 'pipeline', () => ({ outputs: describeValues(event.outputs) }));
  }

  onNodeStart(event: NodeStartEvent): void {
    if (event.nested) return;
    const { node, signature } = event;
    this.#write(this.#starts, event, 'node started', () => ({ node, signature, inputs: describeValues(event.inputs) }));
  }

  onNodeEnd(event: NodeEndEvent): void {
    // A nested pipeline has its own lines.
    if (event.nested) return;
    const { node, signature, attempt, bytes } = event;
    this.#ended(event, 'node', () => ({
      node,
      cached: false,
      attempt,
      signature,
      bytes,
      outputs: describeValues(event.outputs),
    }));
  }

  onNodeCached(event: NodeCachedEvent): void {
    const { node, signature, savedMs } = event;
    this.#write(this.#levelOf(event), event, 'node cached', () => ({ node, cached: true, savedMs, signature }));
  }

  onNodeRetry(event: NodeRetryEvent): void {
    const { node, attempt, delayMs } = event;
    this.#write('warn', event, 'node retried', () => ({ node, attempt, delayMs, error: describeError(event.error) }));
  }

  onNodeLog(event: NodeLogEvent): void {
    this.#write(event.level, event, event.message, () => ({ node: event.node, data: boundedData(event.data) }));
  }

  onMapStart(event: MapStartEvent): void {
    const { total, concurrency, place } = event;
    const level = event.parentSpanId === undefined ? 'info' : this.#starts;
    this.#write(level, event, 'map started', () => ({ total, concurrency, place }));
  }

  onMapItemStart(event: MapItemStartEvent): void {
    const level = this.#starts === 'debug' ? 'debug' : this.#items;
    this.#write(level, event, 'map item started', () => ({ index: event.index, total: event.total }));
  }

  onMapItemEnd(event: MapItemEndEvent): void {
    const { index, total, cached } = event;
    this.#ended(event, 'map item', () => ({ index, total, cached, outputs: describeValues(event.outputs) }));
  }

  onMapEnd(event: MapEndEvent): void {
    this.#ended(event, 'map', () => ({ total: event.total, failed: event.failed }));
  }

  /** A logger cannot travel; elsewhere the lines go to standard error, and come back from there. */
  [getState](): LoggingOptions {
    return { ...this.#options };
  }

  static [fromState](state: LoggingOptions): LoggingCallback {
    return new LoggingCallback(undefined, state);
  }

  #ended(
    event: RunEvent & { readonly durationMs: number; readonly error?: unknown },
    what: string,
    fields: Fields,
  ): void {
    const { durationMs } = event;
    if (event.error === undefined) {
      this.#write(this.#levelOf(event), event, `${what} finished`, () => ({ durationMs, ...fields() }));
      return;
    }
    const [level, how] = isAbort(event.error) ? (['warn', 'aborted'] as const) : (['error', 'failed'] as const);
    this.#write(level, event, `${what} ${how}`, () => ({ durationMs, ...fields(), error: describeError(event.error) }));
  }

  #levelOf(event: RunEvent): LogLevel {
    return IN_ITEM.test(event.path) ? this.#items : 'info';
  }

  /** @param fields Made only if somebody takes the line. */
  #write(level: LogLevel, { runId, path, pipeline }: RunEvent, message: string, fields: Fields): void {
    if (this.#logger[level] === undefined) return;
    const line: Record<string, unknown> = { runId, path, pipeline };
    for (const [name, value] of Object.entries(fields())) if (value !== undefined) line[name] = value;
    this.#logger[level](line, message);
  }
}
