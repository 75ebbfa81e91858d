import { context, INVALID_SPAN_CONTEXT, metrics, type Span, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { node, Pipeline } from 'hypernodes';
import { TelemetryCallback } from 'hypernodes/callbacks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventScript } from '../fixtures/callbacks/event-script.ts';

const exporter = new InMemorySpanExporter();

function register(sampler?: AlwaysOffSampler): void {
  const provider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    ...(sampler === undefined ? {} : { sampler }),
  });
  trace.setGlobalTracerProvider(provider);
}

/** The spans as an indented list of names, in the order of their starts. */
function tree(): string[] {
  const spans = exporter.getFinishedSpans();
  const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]));
  const depth = (span: ReadableSpan): number => {
    const parent = span.parentSpanContext && byId.get(span.parentSpanContext.spanId);
    return parent === undefined ? 0 : depth(parent) + 1;
  };
  const children = (of: ReadableSpan | undefined): ReadableSpan[] =>
    spans
      .filter((span) => (span.parentSpanContext ? byId.get(span.parentSpanContext.spanId) : undefined) === of)
      .sort((a, b) => a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1]);
  const lines = (span: ReadableSpan): string[] => [
    `${'  '.repeat(depth(span))}${span.name}${span.status.code === 2 ? ' !' : ''}`,
    ...children(span).flatMap(lines),
  ];
  return children(undefined).flatMap(lines);
}

const named = (name: string): ReadableSpan => {
  const found = exporter.getFinishedSpans().find((span) => span.name === name);
  if (found === undefined) throw new Error(`no span ${name} among:\n${tree().join('\n')}`);
  return found;
};

beforeEach(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});

afterEach(() => {
  exporter.reset();
  trace.disable();
  context.disable();
  metrics.disable();
});

describe('spans', () => {
  it('form the tree of pipelines, nodes, maps and items', () => {
    register();
    const script = new EventScript([new TelemetryCallback()], {});
    script.pipeline('all', undefined, (all) => {
      script.node('documents', all);
      script.nested('per_doc', all, (step) =>
        script.map('per_doc', step, 2, (_index, item) => {
          script.node('cleaned', item);
          script.nested('inner', item, (inner) => script.pipeline('inner', inner, (here) => script.node('deep', here)));
        }),
      );
    });
    expect(tree()).toEqual([
      'pipeline all',
      '  node documents',
      '  node per_doc',
      '    map per_doc',
      '      item per_doc',
      '        node cleaned',
      '        node inner',
      '          pipeline inner',
      '            node deep',
      '      item per_doc',
      '        node cleaned',
      '        node inner',
      '          pipeline inner',
      '            node deep',
    ]);
    expect(named('node documents').attributes).toEqual({
      'hypernodes.run.id': 'run-1',
      'hypernodes.path': 'all > documents',
      'hypernodes.pipeline.name': 'all',
      'hypernodes.node.name': 'documents',
      'hypernodes.node.attempt': 1,
    });
    expect(named('node documents').duration).toEqual([0, 10_000_000]);
  });

  it('carry errors: recorded once, where they come from, and marked on everything around', () => {
    register();
    const script = new EventScript([new TelemetryCallback()], {});
    const error = new TypeError('no words');
    script.pipeline(
      'all',
      undefined,
      (all) => {
        script.nested(
          'inner',
          all,
          (step) => script.pipeline('inner', step, (here) => script.node('words', here, { error }), { error }),
          { error },
        );
        script.node('other', all, {
          error: Object.assign(new Error('stopped'), { name: 'AbortError', code: 'ABORTED' }),
        });
      },
      { error },
    );
    expect(tree()).toEqual([
      'pipeline all !',
      '  node inner !',
      '    pipeline inner !',
      '      node words !',
      '  node other !',
    ]);
    const recorded = exporter
      .getFinishedSpans()
      .filter((span) => span.events.some((event) => event.name === 'exception'));
    expect(recorded.map((span) => span.name)).toEqual(['node words', 'node other']);
    expect(named('node words').events[0]?.attributes).toMatchObject({
      'exception.type': 'TypeError',
      'exception.message': 'no words',
      'exception.stacktrace': expect.stringContaining('telemetry.test.ts'),
    });
    expect(named('pipeline all').attributes['error.type']).toBe('TypeError');
    expect(named('node other').attributes['error.type']).toBe('ABORTED');
    expect(named('node words').status.message).toBe('no words');
  });

  it('have events for cache hits and retries', () => {
    register();
    const script = new EventScript([new TelemetryCallback()], {});
    script.pipeline('all', undefined, (all) => {
      script.cached('documents', all, 1500);
      script.node('model', all, { attempts: [new RangeError('once'), new RangeError('twice')] });
    });
    expect(named('pipeline all').events.map(({ name, attributes }) => [name, attributes])).toEqual([
      [
        'hypernodes.cache.hit',
        {
          'hypernodes.node.name': 'documents',
          'hypernodes.node.signature': 'signature of documents',
          'hypernodes.cache.saved': 1.5,
        },
      ],
    ]);
    const model = named('node model');
    expect(model.events.map(({ name }) => name)).toEqual(['hypernodes.node.retry', 'hypernodes.node.retry']);
    expect(model.events[1]?.attributes).toEqual({
      'hypernodes.node.attempt': 2,
      'hypernodes.node.retry.delay': 0.1,
      'exception.type': 'RangeError',
      'exception.message': 'twice',
    });
    expect(model.attributes['hypernodes.node.attempt']).toBe(3);
    expect(model.status.code).toBe(0);
  });

  it('are made for a sample of the items of a long map, and for all that failed', () => {
    register();
    const script = new EventScript([new TelemetryCallback({ itemSpans: 10 })], {});
    const error = new Error('bad item');
    script.map('per_doc', undefined, 1000, (index, item) => {
      if (index % 4 === 0) return { cached: true };
      script.nested('inner', item, (step) => script.pipeline('inner', step, (here) => script.node('deep', here)));
      return index === 555 ? { error } : {};
    });
    const items = exporter.getFinishedSpans().filter((span) => span.name === 'item per_doc');
    expect(items.map((span) => span.attributes['hypernodes.map.item.index'])).toEqual([
      0, 100, 200, 300, 400, 500, 555, 600, 700, 800, 900,
    ]);
    expect(exporter.getFinishedSpans().length).toBe(12);
    expect(named('map per_doc').attributes).toMatchObject({
      'hypernodes.map.items': 1000,
      'hypernodes.map.items.cached': 250,
      'hypernodes.map.items.failed': 1,
      'hypernodes.map.items.traced': 11,
      'hypernodes.map.concurrency': 8,
    });
    const failed = items.find((span) => span.status.code === 2)!;
    expect(failed.duration).toEqual([0, 10_000_000]);
  });

  it('of the user lie in the node, also after an await, and within items that have no span', async () => {
    register();
    const work = node('scored', async ({ x }: { x: number }) => {
      await Promise.resolve();
      trace.getTracer('user').startSpan('of the user').end();
      return x;
    });
    const pipeline = new Pipeline({ nodes: [work], name: 'all', callbacks: [new TelemetryCallback({ itemSpans: 1 })] });
    await pipeline.run({ x: 1 });
    expect(tree()).toEqual(['pipeline all', '  node scored', '    of the user']);
    exporter.reset();
    await pipeline.map({ x: [1, 2] }, { over: 'x' });
    // Which of the two comes first is not known: the SDK cuts the start of spans without a given one to milliseconds.
    expect(tree().sort()).toEqual(['      of the user', '    node scored', '  item all', '  of the user', 'map all']);
  });

  it('belong to the span that is active where the run is called', async () => {
    register();
    const pipeline = new Pipeline({ nodes: [node('one', () => 1)], name: 'all', callbacks: [new TelemetryCallback()] });
    await trace.getTracer('user').startActiveSpan('request', async (span) => {
      await Promise.resolve();
      await Promise.all([pipeline.run({}), pipeline.run({})]);
      span.end();
    });
    expect(tree()).toEqual(['request', '  pipeline all', '    node one', '  pipeline all', '    node one']);
  });

  it('continue the trace of another process, and hand it on', () => {
    register();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const telemetry = new TelemetryCallback({ traceparent });
    const script = new EventScript([telemetry], {});
    let headers: Readonly<Record<string, string>> = {};
    script.pipeline('all', undefined, (all) => {
      const within = { ...all, parentSpanId: all.spanId, spanId: 999 };
      headers = telemetry.traceHeaders({ runId: 'run-1', ...within });
    });
    const root = named('pipeline all');
    expect(root.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(root.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(headers).toEqual({ traceparent: `00-0af7651916cd43dd8448eb211c80319c-${root.spanContext().spanId}-01` });
    expect(telemetry.traceHeaders({ runId: 'over', spanId: 1, parentSpanId: undefined })).toEqual({});
  });

  it('carry the tracestate along', () => {
    register();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const telemetry = new TelemetryCallback({ traceparent, tracestate: 'vendor=opaque' });
    let headers: Readonly<Record<string, string>> = {};
    new EventScript([telemetry], {}).pipeline('all', undefined, (all) => {
      headers = telemetry.traceHeaders({ runId: 'run-1', ...all });
    });
    expect(headers.tracestate).toBe('vendor=opaque');
  });

  it.each(['', 'nonsense', '00-00000000000000000000000000000000-b7ad6b7169203331-01'])(
    'start a trace of their own when the traceparent is %j',
    (traceparent) => {
      register();
      new EventScript([new TelemetryCallback({ traceparent })], {}).pipeline('all', undefined, () => {});
      expect(named('pipeline all').parentSpanContext).toBeUndefined();
    },
  );

  it('are not exported when the SDK does not sample them', () => {
    register(new AlwaysOffSampler());
    const script = new EventScript([new TelemetryCallback()], {});
    script.pipeline('all', undefined, (all) => script.node('one', all, { error: new Error('x') }));
    expect(tree()).toEqual([]);
  });

  it('of real runs with nested maps, retries and an abort are complete', async () => {
    register();
    let tries = 0;
    const flaky = node({
      name: 'flaky',
      inputs: ['x'],
      retries: { retries: 2, delay: 1 },
      run: ({ x }: { x: number }) => {
        if (x === 1 && ++tries < 2) throw new Error('again');
        return x;
      },
    });
    const abort = new AbortController();
    const endless = node('endless', ({ ys: _ }: { ys: number[] }, { signal }) => {
      setTimeout(() => abort.abort(new Error('enough')), 5);
      return new Promise<number>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    const inner = new Pipeline({ nodes: [flaky], name: 'inner' });
    const all = new Pipeline({
      nodes: [inner.asNode({ inputs: { xs: 'x' }, outputs: { flaky: 'ys' }, mapOver: 'xs' }), endless],
      name: 'all',
      callbacks: [new TelemetryCallback()],
    });
    await expect(all.run({ xs: [1, 2] }, { signal: abort.signal })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(tree()).toEqual([
      'pipeline all !',
      '  node inner',
      '    map inner',
      '      item inner',
      '        node flaky',
      '      item inner',
      '        node flaky',
      '  node endless !',
    ]);
    expect(exporter.getFinishedSpans().flatMap((span) => span.events.map(({ name }) => name))).toContain(
      'hypernodes.node.retry',
    );
  });
});

describe('metrics', () => {
  it('count executions, hits, misses, failures and retries, and measure durations', async () => {
    const memory = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter: memory, exportIntervalMillis: 100_000 });
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
    const script = new EventScript([new TelemetryCallback()], {});
    script.pipeline('all', undefined, (all) => {
      for (let round = 0; round < 3; round++) script.cached('documents', all);
      script.node('model', all, { ms: 2500, signature: 'abc', attempts: [new Error('again')] });
      script.node('model', all, { ms: 10, error: new TypeError('wrong') });
    });
    await reader.forceFlush();
    const points = memory
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap((scope) => scope.metrics)
      .flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ value, attributes }) => [descriptor.name, descriptor.unit, attributes, value]),
      );
    const model = { 'hypernodes.pipeline.name': 'all', 'hypernodes.node.name': 'model' };
    const failed = { ...model, 'error.type': 'TypeError' };
    expect(points).toEqual(
      expect.arrayContaining([
        ['hypernodes.cache.hits', '{result}', { ...model, 'hypernodes.node.name': 'documents' }, 3],
        ['hypernodes.cache.misses', '{result}', model, 1],
        ['hypernodes.node.executions', '{execution}', model, 2],
        ['hypernodes.node.failures', '{execution}', failed, 1],
        ['hypernodes.node.retries', '{attempt}', model, 1],
        ['hypernodes.node.duration', 's', model, expect.objectContaining({ count: 1, sum: 2.6 })],
        ['hypernodes.node.duration', 's', failed, expect.objectContaining({ count: 1, sum: 0.01 })],
      ]),
    );
  });
});

describe('without an SDK', () => {
  it('nothing is traced, and the node functions are called as they are', async () => {
    const telemetry = new TelemetryCallback();
    const pipeline = new Pipeline({ nodes: [node('one', () => 1)], name: 'all', callbacks: [telemetry] });
    expect(await pipeline.run({})).toEqual({ one: 1 });
    expect(telemetry.traceHeaders({ runId: 'x', spanId: 1, parentSpanId: undefined })).toEqual({});
  });

  it('an SDK that is registered later is used from the next run on', async () => {
    const pipeline = new Pipeline({ nodes: [node('one', () => 1)], name: 'all', callbacks: [new TelemetryCallback()] });
    await pipeline.run({});
    register();
    await pipeline.run({});
    expect(tree()).toEqual(['pipeline all', '  node one']);
  });
});

describe('an SDK that does nothing', () => {
  it('is asked for one span a run, and is not told of nodes', async () => {
    let spans = 0;
    const noop = (): Span => {
      spans++;
      return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    };
    trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: noop, startActiveSpan: noop as never }) });
    const pipeline = new Pipeline({ nodes: [node('one', () => 1)], name: 'all', callbacks: [new TelemetryCallback()] });
    await pipeline.run({});
    await pipeline.run({});
    expect(spans).toBe(2);
    trace.disable();
    register();
    await pipeline.run({});
    expect(tree()).toEqual(['pipeline all', '  node one']);
  });
});

describe('as configuration', () => {
  it('the options travel', () => {
    const getState = Symbol.for('hypernodes.getState');
    const fromState = Symbol.for('hypernodes.fromState');
    const telemetry = new TelemetryCallback({ itemSpans: 7 }) as TelemetryCallback & Record<symbol, () => unknown>;
    const state = telemetry[getState]!();
    expect(state).toEqual({ itemSpans: 7 });
    const revive = (TelemetryCallback as unknown as Record<symbol, (state: unknown) => unknown>)[fromState]!;
    expect(revive(state)).toBeInstanceOf(TelemetryCallback);
  });
});
