import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { node, Pipeline } from 'hypernodes';
import { LoggingCallback } from 'hypernodes/callbacks';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { EventScript } from '../fixtures/callbacks/event-script.ts';

type Line = Record<string, unknown> & { level: number | string; msg: string };

const SECRET = 'sk-0123456789';

/** A pino logger and the lines it has written. */
function logger(level = 'debug'): { readonly lines: Line[]; readonly log: pino.Logger } {
  const lines: Line[] = [];
  const log = pino(
    { level, base: null, timestamp: false },
    { write: (line: string) => lines.push(JSON.parse(line) as Line) },
  );
  return { lines, log };
}

describe('lines about runs', () => {
  it('go to pino with who, where and how long', async () => {
    const { lines, log } = logger('info');
    const script = new EventScript([new LoggingCallback(log)], {});
    script.pipeline('all', undefined, (all) => {
      script.cached('documents', all, 1500);
      script.node('model', all, { ms: 25, signature: 'abc', bytes: 512, attempts: [new RangeError('busy')] });
    });
    const common = { runId: 'run-1', pipeline: 'all' };
    expect(lines).toEqual([
      { ...common, level: 30, path: 'all', msg: 'pipeline started', inputs: {} },
      {
        ...common,
        level: 30,
        path: 'all > documents',
        msg: 'node cached',
        node: 'documents',
        cached: true,
        savedMs: 1500,
        signature: 'signature of documents',
      },
      {
        ...common,
        level: 40,
        path: 'all > model',
        msg: 'node retried',
        node: 'model',
        attempt: 1,
        delayMs: 100,
        error: { type: 'RangeError', message: 'busy', stack: expect.stringContaining('busy') },
      },
      {
        ...common,
        level: 30,
        path: 'all > model',
        msg: 'node finished',
        node: 'model',
        durationMs: 125,
        cached: false,
        attempt: 2,
        signature: 'abc',
        bytes: 512,
      },
      { ...common, level: 30, path: 'all', msg: 'pipeline finished', durationMs: 125 },
    ]);
  });

  it('never contain values, only their types and sizes', async () => {
    const { lines, log } = logger();
    class Session {
      token = SECRET;
    }
    const shapes: Record<string, [unknown, string]> = {
      text: [SECRET, 'string(13)'],
      list: [[SECRET, SECRET], 'array(2)'],
      record: [{ [SECRET]: 1 }, 'object(1)'],
      bytes: [new TextEncoder().encode(SECRET), 'Uint8Array(13 bytes)'],
      map: [new Map([[SECRET, 1]]), 'Map(1)'],
      set: [new Set([SECRET]), 'Set(1)'],
      session: [new Session(), 'Session'],
      date: [new Date(), 'Date'],
      number: [42, 'number'],
      nothing: [null, 'null'],
      absent: [undefined, 'undefined'],
      bare: [Object.create(null), 'object(0)'],
      hidden: [
        new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error(SECRET);
            },
          },
        ),
        'object',
      ],
    };
    const all = new Pipeline({
      nodes: [node('given', ({ shapes: given }: { shapes: unknown }) => given), node('key', () => SECRET)],
      name: 'all',
      callbacks: [new LoggingCallback(log)],
    });
    for (const [value] of Object.values(shapes)) await all.run({ shapes: value });
    const starts = lines.filter((line) => line.msg === 'pipeline started');
    expect(starts.map((line) => (line.inputs as { shapes: string }).shapes)).toEqual(
      Object.values(shapes).map(([, shape]) => shape),
    );
    expect(lines.filter((line) => line.msg === 'pipeline finished').at(0)?.outputs).toEqual({
      given: 'string(13)',
      key: 'string(13)',
    });
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });

  it('carry errors with their causes, and nothing else that hangs on them', () => {
    const { lines, log } = logger();
    const script = new EventScript([new LoggingCallback(log)], {});
    const cause = Object.assign(new TypeError('socket closed'), { request: { authorization: SECRET } });
    const error = Object.assign(new Error('no answer', { cause }), { code: 'ECONNRESET', config: SECRET });
    script.pipeline('all', undefined, (all) => script.node('model', all, { error }), { error });
    const failed = lines.filter((line) => line.level === 50);
    expect(failed.map((line) => [line.msg, line.path])).toEqual([
      ['node failed', 'all > model'],
      ['pipeline failed', 'all'],
    ]);
    expect(failed[0]?.error).toEqual({
      type: 'Error',
      message: 'no answer',
      code: 'ECONNRESET',
      stack: expect.stringContaining('logging.test.ts'),
      cause: { type: 'TypeError', message: 'socket closed', stack: expect.any(String) },
    });
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });

  it('survive thrown things that are no errors, and causes that go in circles', () => {
    const { lines, log } = logger();
    const script = new EventScript([new LoggingCallback(log)], {});
    const circular = new Error('round');
    circular.cause = circular;
    script.pipeline('all', undefined, (all) => {
      script.node('one', all, { error: circular });
      script.node('two', all, { error: SECRET });
      script.node('three', all, { error: null });
    });
    expect(JSON.stringify(lines)).not.toContain(SECRET);
    expect(lines.filter((line) => line.level === 50).map((line) => (line.error as { type: string }).type)).toEqual([
      'Error',
      'string',
      'null',
    ]);
  });

  it('about what was aborted are warnings', () => {
    const { lines, log } = logger();
    const error = Object.assign(new Error('stopped'), { name: 'AbortError' });
    new EventScript([new LoggingCallback(log)], {}).pipeline('all', undefined, () => {}, { error });
    expect(lines.at(-1)).toMatchObject({ level: 40, msg: 'pipeline aborted' });
  });

  it('about the items of a map are for debugging, unless an item fails or they are asked for', () => {
    const play = (log: pino.Logger, options = {}): void => {
      const script = new EventScript([new LoggingCallback(log, options)], {});
      const error = new Error('bad item');
      script.map('per_doc', undefined, 3, (index, item) => {
        script.node('cleaned', item, index === 1 ? { error } : {});
        return index === 1 ? { error } : {};
      });
    };
    const quiet = logger('info');
    play(quiet.log);
    expect(quiet.lines.map((line) => [line.msg, line.path])).toEqual([
      ['map started', 'per_doc'],
      ['node failed', 'per_doc[1] > cleaned'],
      ['map item failed', 'per_doc[1]'],
      ['map finished', 'per_doc'],
    ]);
    const chatty = logger('info');
    play(chatty.log, { items: 'info' });
    expect(chatty.lines.filter((line) => line.msg === 'node finished')).toHaveLength(2);
    expect(quiet.lines.at(-1)).toMatchObject({ total: 3, failed: 1, durationMs: 30 });
  });

  it('of nodes are handed on, with what they say themselves', async () => {
    const { lines, log } = logger();
    const talking = node('one', ({ x }: { x: number }, context) => {
      context.log.warn('slow', { seconds: 3 });
      return x;
    });
    await new Pipeline({ nodes: [talking], name: 'all', callbacks: [new LoggingCallback(log)] }).run({ x: 1 });
    expect(lines.find((line) => line.msg === 'slow')).toMatchObject({ level: 40, node: 'one', data: { seconds: 3 } });
  });

  it('of nodes are of limited size, whatever is handed to them', async () => {
    const { lines, log } = logger();
    const circular: Record<string, unknown> = { n: 1n, when: new Date(0), bytes: new Uint8Array(1_000_000) };
    circular.self = circular;
    const talking = node('one', ({ x }: { x: number }, context) => {
      context.log('text', 'x'.repeat(1_000_000));
      context.log(
        'list',
        Array.from({ length: 100_000 }, () => 'item'),
      );
      context.log(
        'texts',
        Array.from({ length: 40 }, () => 'x'.repeat(5000)),
      );
      context.log('round', circular);
      context.log('error', new Error('y'.repeat(1_000_000)));
      const ownKeys = (): never => {
        throw new Error(SECRET);
      };
      context.log('hostile', new Proxy({}, { ownKeys }));
      return x;
    });
    await new Pipeline({ nodes: [talking], name: 'all', callbacks: [new LoggingCallback(log)] }).run({ x: 1 });
    const told = (msg: string): unknown => lines.find((line) => line.msg === msg)?.data;
    for (const line of lines) expect(JSON.stringify(line).length).toBeLessThan(25_000);
    expect(told('text')).toMatch(/^x+… \(1000000 characters\)$/);
    expect((told('list') as unknown[]).at(-1)).toBe('… 99950 more');
    expect(told('round')).toMatchObject({
      n: '1',
      when: '1970-01-01T00:00:00.000Z',
      bytes: 'Uint8Array(1000000 bytes)',
    });
    expect(told('error')).toMatchObject({ type: 'Error', stack: expect.stringContaining('logging.test.ts') });
    expect(told('hostile')).toBe('object');
  });

  it('quote no more than the beginning of a long message', () => {
    const { lines, log } = logger();
    const error = new Error(`cannot read ${'x'.repeat(1_000_000)}`);
    new EventScript([new LoggingCallback(log)], {}).pipeline('all', undefined, () => {}, { error });
    expect(JSON.stringify(lines.at(-1)).length).toBeLessThan(15_000);
    expect(lines.at(-1)?.error).toMatchObject({
      message: expect.stringMatching(/^cannot read x+… \(1000012 characters\)$/),
    });
  });

  it('go to anything with info, warn and error', async () => {
    const lines: unknown[] = [];
    const write = (_fields: unknown, message: string): void => void lines.push(message);
    const callbacks = [new LoggingCallback({ info: write, warn: write, error: write })];
    await new Pipeline({ nodes: [node('one', () => 1)], name: 'all', callbacks }).run({});
    expect(lines).toEqual(['pipeline started', 'node finished', 'pipeline finished']);
  });

  it('cannot break a run', async () => {
    const broken = (): never => {
      throw new Error('disk full');
    };
    const callbacks = [new LoggingCallback({ info: broken, warn: broken, error: broken })];
    expect(await new Pipeline({ nodes: [node('one', () => 1)], name: 'all', callbacks }).run({})).toEqual({ one: 1 });
  });
});

describe('the default logger', () => {
  const PROGRAM = `
    import { node, Pipeline } from 'hypernodes';
    import { LoggingCallback } from 'hypernodes/callbacks';
    const circular = {};
    circular.self = circular;
    const one = node('one', (_, { log }) => { log('big', { n: 1n }); log('round', circular); log.debug('hidden'); return 1; });
    await new Pipeline({ nodes: [one], name: 'all', callbacks: [new LoggingCallback()] }).run({});
  `;

  it('writes JSON lines that the tools of pino read to standard error', async () => {
    const program = PROGRAM.replace('(_, {', '({}, {');
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: new URL('../..', import.meta.url).pathname,
    });
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    expect(stdout).toBe('');
    expect(lines.map((line) => [line.level, line.msg])).toEqual([
      [30, 'pipeline started'],
      [30, 'big'],
      [30, 'round'],
      [30, 'node finished'],
      [30, 'pipeline finished'],
    ]);
    expect(lines[0]).toMatchObject({ time: expect.any(Number), pid: expect.any(Number), hostname: expect.any(String) });
    expect(lines[1]?.data).toEqual({ n: '1' });
  });
});

it('travels as its options', () => {
  const callback = new LoggingCallback(undefined, { items: 'info' }) as unknown as Record<symbol, () => unknown>;
  const state = callback[Symbol.for('hypernodes.getState')]!();
  expect(state).toEqual({ items: 'info' });
  const revive = (LoggingCallback as unknown as Record<symbol, (state: unknown) => unknown>)[
    Symbol.for('hypernodes.fromState')
  ]!;
  expect(revive(state)).toBeInstanceOf(LoggingCallback);
});
