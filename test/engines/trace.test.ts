import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'hypernodes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const installed = (name: string): string =>
  JSON.stringify(pathToFileURL(createRequire(import.meta.url).resolve(name)).href);
const dist = (file: string): string =>
  JSON.stringify(pathToFileURL(fileURLToPath(new URL(`../../dist/${file}`, import.meta.url))).href);

/** What a program with tracing loads first, in each of its threads. */
const setUp = `import { AsyncLocalStorageContextManager } from ${installed('@opentelemetry/context-async-hooks')};
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from ${installed('@opentelemetry/sdk-trace-base')};
import { context, trace } from ${installed('@opentelemetry/api')};
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
globalThis.exporter = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(globalThis.exporter)] }));
globalThis.activeSpan = () => trace.getSpanContext(context.active());`;

const program = `import { node, Pipeline } from ${dist('index.js')};
import { TelemetryCallback } from ${dist('callbacks.js')};
import { WorkerEngine } from ${dist('engines.js')};
const engine = new WorkerEngine({ workers: 1, inline: false });
const p = new Pipeline({ name: 'p', nodes: [node('span', ({ x }) => globalThis.activeSpan())], engine, callbacks: [new TelemetryCallback()] });
const { span } = await p.run({ x: 1 });
const [item] = await p.map({ x: [1] }, { over: 'x' });
await engine.close();
const named = (name) => globalThis.exporter.getFinishedSpans().find((span) => span.name === name).spanContext();
console.log(JSON.stringify({
  node: [span.spanId === named('node span').spanId, span.isRemote],
  item: item.span.spanId === named('map p').spanId,
}));`;

it('spans that user code makes in a thread belong to the trace of the run', async () => {
  const files = { setUp: join(folder, 'set-up.mjs'), program: join(folder, 'program.mjs') };
  writeFileSync(files.setUp, setUp);
  writeFileSync(files.program, program);
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    pathToFileURL(files.setUp).href,
    files.program,
  ]);
  expect(JSON.parse(stdout)).toEqual({ node: [true, true], item: true });
});
