import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { node, Pipeline } from 'hypernodes';
import { ProgressCallback } from 'hypernodes/callbacks';
import { describe, expect, it } from 'vitest';
import { EventScript } from '../fixtures/callbacks/event-script.ts';
import { written } from '../fixtures/callbacks/written.ts';

const LIVE = new URL('../fixtures/callbacks/live.mjs', import.meta.url).pathname;

const PIPELINES = { all: ['documents', 'per_doc', 'model', 'report'], per_doc: ['cleaned', 'words'] };

function playEverything(...callbacks: ProgressCallback[]): void {
  const script = new EventScript(callbacks, PIPELINES);
  script.pipeline(
    'all',
    undefined,
    (all) => {
      script.cached('documents', all, 1500);
      script.nested('per_doc', all, (step) => {
        script.map('per_doc', step, 40, (index, item) => {
          if (index < 10) {
            script.cached('cleaned', item, 20);
            script.cached('words', item, 20);
            return { cached: true };
          }
          script.node('cleaned', item, { ms: 20 });
          if (index !== 33)
            return void script.node('words', item, { attempts: index === 12 ? [new Error('busy')] : [] });
          const error = new TypeError('no words\nin \x1b[31mtext');
          script.node('words', item, { error });
          return { error };
        });
      });
      script.node('model', all, { ms: 2500, attempts: [new Error('out of memory')] });
      script.node('report', all, { ms: 65_000 });
    },
    { place: 'workers ×2' },
  );
}

describe('progress in a log', () => {
  it('tells changes and milestones, one line each', () => {
    const log = written();
    playEverything(new ProgressCallback({ stream: log }));
    expect(log.text).toMatchInlineSnapshot(`
      "all: started [workers ×2]
      all > documents: cached, saved 1.5s
      all > per_doc: started, 40 items
      all > per_doc: 10%, 4/40, 4 cached
      all > per_doc: 25%, 10/40, 10 cached
      all > per_doc[12] > words: attempt 1 failed, next one in 100ms: Error: busy
      all > per_doc: 50%, 20/40, 10 cached, 50/s, ETA 400ms
      all > per_doc: 75%, 30/40, 10 cached, 43/s, ETA 233ms
      all > per_doc[33] > words: failed: TypeError: no words in text
      all > per_doc: 100%, 40/40, 10 cached, 1 failed, 40/s
      all > per_doc: done, 40 items, 1 failed in 1.0s
      all > model: attempt 1 failed, next one in 100ms: Error: out of memory
      all > model: done in 2.6s
      all > report: done in 1m 05s
      failed: all > per_doc[33] > words: TypeError: no words in text
      all: done, 61 executed, 21 from cache, 1 failed, 2 retries, 1.9s saved by the cache, in 1m 09s
      "
    `);
  });

  it('is the same when two callbacks of one run write to one stream', () => {
    const [once, twice] = [written(), written()];
    playEverything(new ProgressCallback({ stream: once }));
    playEverything(new ProgressCallback({ stream: twice }), new ProgressCallback({ stream: twice }));
    expect(twice.text).toBe(once.text);
  });

  it('tells why a run failed', () => {
    const log = written();
    const script = new EventScript([new ProgressCallback({ stream: log })], PIPELINES);
    const error = new RangeError('too many');
    const aborted = Object.assign(new Error('a sibling failed'), { name: 'AbortError' });
    script.pipeline(
      'all',
      undefined,
      (all) => {
        script.node('model', all, { error });
        script.node('documents', all, { error: aborted });
      },
      { error },
    );
    expect(log.text).toMatchInlineSnapshot(`
      "all: started
      all > model: failed after 10ms: RangeError: too many
      all > documents: aborted after 10ms: AbortError: a sibling failed
      failed: all > model: RangeError: too many
      all: failed, 0 executed, 0 from cache, 1 failed, in 20ms
      "
    `);
  });

  it('tells an abort from a failure', () => {
    const log = written();
    const script = new EventScript([new ProgressCallback({ stream: log })], PIPELINES);
    const error = Object.assign(new Error('stopped by the user'), { name: 'AbortError' });
    script.pipeline('all', undefined, (all) => script.node('model', all, { error }), { error });
    expect(log.text).toContain('all > model: aborted after 10ms');
    expect(log.text).toContain('all: aborted, 0 executed');
  });

  it('counts the items of an open stream, and knows a time-out that no node is to blame for', () => {
    const log = written();
    const script = new EventScript([new ProgressCallback({ stream: log })], PIPELINES);
    const error = new Error('took too long');
    script.map('per_doc', undefined, undefined, (_index, item) => script.node('cleaned', item), { items: 3, error });
    expect(log.text).toMatchInlineSnapshot(`
      "per_doc: started, a stream of items
      failed: per_doc: Error: took too long
      per_doc: failed, 3 executed, 0 from cache, in 30ms
      "
    `);
  });

  it('tells each failed item only up to a limit', () => {
    const log = written();
    const script = new EventScript([new ProgressCallback({ stream: log })], PIPELINES);
    script.map('per_doc', undefined, 500, (_index, item) => {
      const error = new Error('bad item');
      script.node('cleaned', item, { error });
      return { error };
    });
    expect(log.text.match(/: failed: /g)).toHaveLength(10);
    expect(log.text).toContain('500 failed');
  });

  it('shows runs of nested pipelines whose surroundings are silent, added up until the flush', () => {
    const log = written();
    const progress = new ProgressCallback({ stream: log });
    const script = new EventScript([progress], PIPELINES);
    const silent = { spanId: 900, parentSpanId: 899, path: 'all > per_doc', pipeline: 'all' };
    for (let run = 0; run < 3; run++) script.pipeline('per_doc', silent, (here) => script.node('cleaned', here));
    expect(log.text).not.toContain('3 executed');
    progress.flush();
    expect(log.text).toContain('per_doc: done, 3 executed, 0 from cache');
  });

  it('survives a stream that fails', async () => {
    const failing = {
      write(_text: string, done?: (error?: Error) => void): boolean {
        done?.(new Error('EPIPE'));
        return false;
      },
    };
    const throwing = {
      write(): boolean {
        throw new Error('closed');
      },
    };
    const callbacks = [new ProgressCallback({ stream: failing }), new ProgressCallback({ stream: throwing })];
    const pipeline = new Pipeline({ nodes: [node('one', () => 1)], name: 'all', callbacks });
    expect(await pipeline.run({})).toEqual({ one: 1 });
  });
});

describe('a program whose output goes to a pipe', () => {
  const run = promisify(execFile);

  it('gets lines on standard error, without escape codes, and keeps standard output to itself', async () => {
    const { stdout, stderr } = await run(process.execPath, [LIVE, 'all', '20'], {
      env: { ...process.env, FORCE_COLOR: '3' },
    });
    expect(stdout).toBe('program ended\n');
    expect(stderr).toContain('all > per_doc: 100%, 60/60');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what is looked for
    expect(stderr).not.toMatch(/[\x1b\r]/);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^all: done, \d+ executed, 0 from cache, /);
  });

  it('ends normally when nobody reads any more', async () => {
    const command = `"${process.execPath}" "${LIVE}" all 20 2>&1 >/dev/null | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout } = await run('bash', ['-c', command]);
    expect(stdout).toBe('all: started\n0\n');
  });
});
