import { node, Pipeline } from 'hypernodes';
import { ProgressCallback } from 'hypernodes/callbacks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EventScript } from '../fixtures/callbacks/event-script.ts';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('progress in a notebook', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('is a table that is shown anew at most ten times a second, and once more at the end', () => {
    vi.useFakeTimers();
    const shown: string[] = [];
    const progress = new ProgressCallback({ mode: 'notebook', display: (html) => shown.push(html) });
    const script = new EventScript([progress], { all: ['first', 'second'] });
    vi.setSystemTime(script.time);
    script.pipeline('all', undefined, (all) => {
      script.map('all', all, 1000, (_index, item) => {
        script.node('first', item, { ms: 1 });
        vi.advanceTimersByTime(1);
      });
      expect(shown.length).toBeGreaterThanOrEqual(8);
      expect(shown.length).toBeLessThanOrEqual(11);
      expect(shown.at(-1)).toMatch(/<table[\s\S]*all[\s\S]*width:\d+\.\d%/);
    });
    expect(shown.at(-1)).toContain('1,000 executed, 0 from cache, in 1.0s');
  });

  it('shows names and errors as text', () => {
    const shown: string[] = [];
    const progress = new ProgressCallback({ mode: 'notebook', display: (html) => shown.push(html) });
    const script = new EventScript([progress], {});
    script.pipeline('all', undefined, (all) => script.node('<b>bold</b>', all, { error: new Error('<script>') }));
    expect(shown.at(-1)).toContain('&lt;b&gt;bold&lt;/b&gt;');
    expect(shown.at(-1)).not.toMatch(/<b>|<script>/);
  });

  it('finds the display of the Deno kernel, one for each run, and waits until it is sent', async () => {
    const calls: { html: string; id: string; update: boolean }[] = [];
    const display = (
      bundle: Record<string, string>,
      options: { display_id: string; update: boolean },
    ): Promise<void> => {
      calls.push({ html: bundle['text/html']!, id: options.display_id, update: options.update });
      return Promise.reject(new Error('the front end is gone'));
    };
    vi.stubGlobal('Deno', { jupyter: { display } });
    const one = node('one', () => pause(250));
    const pipeline = new Pipeline({ nodes: [one], name: 'all', callbacks: [new ProgressCallback()] });
    await pipeline.run({});
    await pipeline.run({});
    const ids = [...new Set(calls.map(({ id }) => id))];
    expect(ids).toHaveLength(2);
    for (const id of ids) {
      const updates = calls.filter((call) => call.id === id).map(({ update }) => update);
      expect(updates.length).toBeGreaterThan(1);
      expect(updates).toEqual(updates.map((_, at) => at > 0));
    }
    expect(calls.at(-1)?.html).toContain('1 executed');
  });

  it('finds the display of tslab', async () => {
    const shown: string[] = [];
    const tslab = { newDisplay: () => ({ html: (html: string) => shown.push(html) }) };
    vi.stubGlobal('__tslab__', { require: (name: string) => (name === 'tslab' ? tslab : undefined) });
    await new Pipeline({ nodes: [node('one', () => 1)], name: 'all', callbacks: [new ProgressCallback()] }).run({});
    expect(shown.at(-1)).toContain('1 executed');
  });

  it('is plain lines in a program that Deno runs outside a notebook', async () => {
    const kernelless = {
      get jupyter(): never {
        throw new Error('not in a kernel');
      },
    };
    vi.stubGlobal('Deno', kernelless);
    let text = '';
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
      text += String(chunk);
      return true;
    });
    await new Pipeline({ nodes: [node('one', () => 1)], name: 'all', callbacks: [new ProgressCallback()] }).run({});
    write.mockRestore();
    expect(text).toContain('all: done, 1 executed');
  });

  it('cannot break a run when the display fails', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listen);
    const display = (): never => {
      throw new Error('no front end');
    };
    const callbacks = [new ProgressCallback({ mode: 'notebook', display })];
    const all = new Pipeline({ nodes: [node('one', () => pause(250).then(() => 1))], name: 'all', callbacks });
    expect(await all.run({})).toEqual({ one: 1 });
    await pause(10);
    process.off('warning', listen);
    expect(warnings.map((warning) => (warning as { code?: string }).code)).toContain('HYPERNODES_CALLBACK_FAILED');
  });
});

it('travels without its stream', () => {
  const stream = { write: () => true };
  const callback = new ProgressCallback({ mode: 'plain', stream }) as unknown as Record<symbol, () => unknown>;
  const state = callback[Symbol.for('hypernodes.getState')]!();
  expect(state).toEqual({ mode: 'plain' });
  const revive = (ProgressCallback as unknown as Record<symbol, (state: unknown) => unknown>)[
    Symbol.for('hypernodes.fromState')
  ]!;
  expect(revive(state)).toBeInstanceOf(ProgressCallback);
});
