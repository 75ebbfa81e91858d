import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { node, Pipeline } from 'hypernodes';
import { TelemetryCallback } from 'hypernodes/callbacks';
import { afterEach, describe, expect, it } from 'vitest';

interface ReceivedSpan {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

interface Payload {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string };
      readonly spans: readonly ReceivedSpan[];
    }[];
  }[];
}

let server: Server | undefined;

/** A receiver of OTLP over HTTP on this machine. */
async function receiver(status = 200): Promise<{ readonly url: string; readonly payloads: Payload[] }> {
  const payloads: Payload[] = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      payloads.push(JSON.parse(text.toString()) as Payload);
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`, payloads };
}

function export_(url: string): BasicTracerProvider {
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: 2000 });
  const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  trace.setGlobalTracerProvider(provider);
  return provider;
}

const make = (): Pipeline<{ xs: number[] }, { ys: number[] }> => {
  const inner = new Pipeline({ nodes: [node('y', ({ x }: { x: number }) => x * 2)], name: 'double' });
  return new Pipeline({
    nodes: [inner.asNode({ inputs: { xs: 'x' }, outputs: { y: 'ys' }, mapOver: 'xs' })],
    name: 'all',
    callbacks: [new TelemetryCallback()],
  }) as never;
};

afterEach(() => {
  trace.disable();
  server?.closeAllConnections();
  server?.close();
});

describe('an exporter of OTLP over HTTP', () => {
  it('delivers the tree of a run', async () => {
    const { url, payloads } = await receiver();
    const provider = export_(url);
    expect(await make().run({ xs: [1, 2] })).toEqual({ ys: [2, 4] });
    await provider.forceFlush();
    const scopes = payloads.flatMap((payload) => payload.resourceSpans).flatMap((resource) => resource.scopeSpans);
    expect(new Set(scopes.map(({ scope }) => scope.name))).toEqual(new Set(['hypernodes']));
    const spans = scopes.flatMap((scope) => scope.spans);
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    const path = (span: ReceivedSpan | undefined): string[] =>
      span === undefined ? [] : [...path(byId.get(span.parentSpanId ?? '')), span.name];
    expect(spans.map((span) => path(span).join(' / ')).sort()).toEqual([
      'pipeline all',
      'pipeline all / node double',
      'pipeline all / node double / map double',
      'pipeline all / node double / map double / item double',
      'pipeline all / node double / map double / item double',
      'pipeline all / node double / map double / item double / node y',
      'pipeline all / node double / map double / item double / node y',
    ]);
    for (const span of spans) {
      const around = byId.get(span.parentSpanId ?? '');
      expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
      if (around === undefined) continue;
      expect(BigInt(span.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(around.startTimeUnixNano));
      expect(BigInt(span.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(around.endTimeUnixNano));
    }
    await provider.shutdown();
  });

  it('does not disturb runs when the receiver refuses or is gone', async () => {
    const { url, payloads } = await receiver(400);
    const refused = export_(url);
    expect(await make().run({ xs: [3] })).toEqual({ ys: [6] });
    await refused.shutdown().catch(() => {});
    expect(payloads.length).toBeGreaterThan(0);
    trace.disable();
    await new Promise((resolve) => server!.close(resolve));
    export_(url);
    expect(await make().run({ xs: [4] })).toEqual({ ys: [8] });
  });
});
