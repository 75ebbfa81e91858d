import { node, Pipeline, reportOf } from 'hypernodes';
import { ReportCollector, RunReport } from 'hypernodes/callbacks';
import { describe, expect, it } from 'vitest';
import { EventScript } from '../fixtures/callbacks/event-script.ts';
import { playedReport } from '../fixtures/callbacks/played-report.ts';

describe('the report of a run', () => {
  it('adds up executions, hits, failures and times for each node', () => {
    const report = playedReport();
    expect(report).toMatchObject({ runId: 'run-1', name: 'all', executed: 59, cached: 21, failed: 1, retries: 2 });
    expect(report.durationMs).toBe(5520);
    const brief = report.nodes.map(({ path, kind, executions, hits, failures, retries, items, totalMs, maxMs }) => [
      path,
      kind,
      executions,
      hits,
      failures,
      retries,
      items,
      totalMs,
      maxMs,
    ]);
    expect(brief).toEqual([
      ['all', 'pipeline', 1, 0, 0, 0, undefined, 5520, 5520],
      ['all > documents', 'node', 0, 1, 0, 0, undefined, 0, 0],
      ['all > per_doc', 'map', 1, 10, 1, 0, 40, 1870, 1870],
      ['all > per_doc > cleaned', 'node', 30, 10, 0, 0, undefined, 600, 20],
      ['all > per_doc > words', 'node', 27, 10, 1, 1, undefined, 1220, 140],
      ['all > model', 'node', 1, 0, 0, 1, undefined, 2600, 2600],
      ['all > report', 'node', 1, 0, 0, 0, undefined, 1050, 1050],
    ]);
    expect(report.nodes.find((node) => node.name === 'model')).toMatchObject({ bytes: 2_400_000 });
  });

  it('comes with the result of a run or map that asks for it, unseen', async () => {
    const double = new Pipeline({ name: 'maths', nodes: [node('y', ({ x }: { x: number }) => x * 2)] });
    const result = await double.run({ x: 1 }, { report: true });
    expect(result).toStrictEqual({ y: 2 });
    expect((result as { report?: RunReport }).report).toBe(reportOf(result));
    expect((await double.map({ x: [1, 2] }, { over: 'x', report: true })).report?.executed).toBe(2);
    expect((await double.map({ x: [1, 2] }, { over: 'x' })).report).toBeUndefined();
    const named = new Pipeline({ nodes: [node('report', () => 'mine')] });
    const own = await named.run({}, { report: true });
    expect(own.report).toBe('mine');
    expect(reportOf(own)?.executed).toBe(1);
  });

  it('is a table as text', () => {
    expect(String(playedReport())).toMatchInlineSnapshot(`
      "all: 59 executed, 21 from cache, 1 failed, 2 retries, 1.9s saved by the cache in 5.5s

      node                        executed  hits  failed  retries  total  mean    max  saved  stored
      all                                1     –       –        –   5.5s     –   5.5s      –       –
        documents                        –     1       –        –      –     –      –   1.5s       –
        per_doc ×40 [workers ×2]         1    10       1        –   1.9s     –   1.9s      –       –
          cleaned                       30    10       –        –  600ms  20ms   20ms  200ms       –
          words                         27    10       1        1   1.2s  44ms  140ms  200ms       –
        model                            1     –       –        1   2.6s  2.6s   2.6s      –  2.4 MB
        report                           1     –       –        –   1.1s  1.1s   1.1s      –       –

      failed: all > per_doc[33] > words: TypeError: no words"
    `);
  });

  it('is plain data as JSON, and back', () => {
    const report = playedReport();
    const copy = new RunReport(JSON.parse(JSON.stringify(report)));
    expect(copy.toJSON()).toEqual(JSON.parse(JSON.stringify(report)));
    expect(copy.toString()).toBe(report.toString());
  });

  it('stays small however many items a map has, and still shows all of them', () => {
    const collector = new ReportCollector();
    const script = new EventScript([collector], {});
    script.map('per_doc', undefined, 20_000, (index, item) => {
      script.node('cleaned', item, index % 100 === 0 ? { ms: 1, error: new Error('bad') } : { ms: 1 });
    });
    const report = collector.report();
    const cleaned = report.nodes.find((node) => node.name === 'cleaned')!;
    expect(cleaned.timeline.length).toBeLessThanOrEqual(512);
    const counted = (kind: string): number =>
      cleaned.timeline.filter((bar) => bar.kind === kind).reduce((sum, { count }) => sum + count, 0);
    expect([counted('executed'), counted('failed')]).toEqual([19_800, 200]);
    expect(Math.min(...cleaned.timeline.map(({ from }) => from))).toBe(0);
    expect(Math.max(...cleaned.timeline.map(({ to }) => to))).toBe(20_000);
  });

  it('can be asked for while the run goes on, and before', () => {
    const collector = new ReportCollector();
    expect(collector.report().nodes).toEqual([]);
    expect(collector.report().toString()).toContain('0 executed');
    expect(collector.report().toHTML()).toContain('<table ');
    const script = new EventScript([collector], { all: ['one', 'two'] });
    script.pipeline('all', undefined, (all) => {
      script.node('one', all);
      expect(collector.report().nodes.map(({ path }) => path)).toEqual(['all', 'all > one']);
    });
  });
});

describe('the page of a report', () => {
  it('needs nothing from elsewhere and runs no script', () => {
    const page = playedReport().toHTML();
    expect(page).not.toMatch(/<script|<link|src=|url\(|https?:/);
  });

  it('shows names as text, whatever they contain', () => {
    const collector = new ReportCollector();
    const script = new EventScript([collector], {});
    script.pipeline('<b>"all" & \'co\'', undefined, (all) => script.node('<img onerror=alert(1)>', all));
    const page = collector.report().toHTML();
    expect(page).not.toMatch(/<b>"all"|<img/);
    expect(page).toContain('&lt;img onerror=alert(1)&gt;');
    expect(page).toContain('&lt;b&gt;&quot;all&quot; &amp; &#39;co&#39;');
  });
});
