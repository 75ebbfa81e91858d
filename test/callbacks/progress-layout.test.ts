import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { ProgressCallback } from 'hypernodes/callbacks';
import stringWidth from 'string-width';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EventScript } from '../fixtures/callbacks/event-script.ts';

/** A terminal of a given size that keeps each frame painted to it. */
class FakeTerminal {
  readonly isTTY = true;
  columns: number;
  rows: number;
  readonly frames: string[] = [];
  #listeners = new Set<() => void>();

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string, done?: () => void): boolean {
    this.frames.push(text);
    done?.();
    return true;
  }

  on(event: string, listener: () => void): void {
    if (event === 'resize') this.#listeners.add(listener);
  }

  off(event: string, listener: () => void): void {
    if (event === 'resize') this.#listeners.delete(listener);
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    for (const listener of this.#listeners) listener();
  }

  /** Lines of the frame painted last. */
  get lines(): string[] {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what comes before the cursor goes up is what is erased
    return textLines((this.frames.at(-1) ?? '').split(/\x1b\[\d+A/).at(-1)!);
  }
}

function textLines(frame: string): string[] {
  const text = stripVTControlCharacters(frame).replaceAll('\r', '');
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** Opens a run with these nodes in progress, and paints. */
function during(terminal: FakeTerminal, nodes: readonly string[], look: () => void): void {
  vi.useFakeTimers();
  const script = new EventScript([new ProgressCallback({ stream: terminal, mode: 'terminal' })], {
    all: ['first', 'per_doc', ...nodes, 'last'],
    per_doc: nodes,
  });
  vi.setSystemTime(script.time);
  script.pipeline('all', undefined, (all) => {
    script.node('first', all);
    script.nested('per_doc', all, (step) => {
      script.map('per_doc', step, 10, (index, item) => {
        const error = index === 1 ? new Error('this is\nwrong') : undefined;
        for (const node of nodes) script.node(node, item, { error });
        if (index === 4) {
          vi.advanceTimersByTime(script.time - Date.now() + 100);
          look();
        }
        return { error };
      });
    });
    for (const node of nodes) script.node(node, all, node.length % 3 === 0 ? { error: new Error(node.repeat(9)) } : {});
  });
}

const names = fc.uniqueArray(
  fc.oneof(
    fc.stringMatching(/^[a-z_]{1,30}$/),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    fc.constantFrom('評価スコア', '👩‍👩‍👧‍👦 family', 'e\u0301', '\x1b[31mred\x1b[0m', 'two\nlines', '\t'),
  ),
  { maxLength: 12 },
);

describe('the live tree', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });

  it('is never wider or higher than the terminal, whatever nodes are called', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 120 }), fc.integer({ min: 2, max: 30 }), (nodes, columns, rows) => {
        const terminal = new FakeTerminal(columns, rows);
        during(terminal, nodes, () => {
          expect(terminal.lines.length).toBeGreaterThan(0);
          expect(terminal.lines.length).toBeLessThan(rows);
        });
        // The first write is the line of blanks that finds out where the cursor is.
        for (const line of terminal.frames.slice(1).flatMap(textLines)) {
          expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('adds up the items of a map instead of listing them', () => {
    const terminal = new FakeTerminal(100, 24);
    during(terminal, ['cleaned', 'words'], () => {
      const lines = terminal.lines.map((line) => line.trimEnd());
      expect(lines.join('\n').replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/g, '●')).toMatchInlineSnapshot(`
        "● all          198ms
          ✔ first      10ms
          ● per_doc    ━━━━━━━━────────────  4/10  1 failed  21/s  ETA 282ms  1/8 active
            ● cleaned  5/10  1 failed
            ● words    5/10  1 failed
          ○ cleaned
          ○ words
          ○ last"
      `);
    });
  });

  it('fits again after the terminal was resized', () => {
    const terminal = new FakeTerminal(100, 24);
    during(terminal, ['cleaned', 'words'], () => {
      terminal.resize(20, 5);
      expect(terminal.lines.length).toBeLessThan(5);
      expect(Math.max(...terminal.lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(20);
    });
  });

  it.each([
    ['NO_COLOR', '1', false],
    ['FORCE_COLOR', '0', false],
    ['FORCE_COLOR', '1', true],
  ])('has colours as %s=%s asks', (variable, value, colored) => {
    vi.stubEnv('FORCE_COLOR', undefined);
    vi.stubEnv('NO_COLOR', undefined);
    vi.stubEnv(variable, value);
    const terminal = new FakeTerminal(100, 24);
    during(terminal, ['cleaned'], () => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape codes of colours are what is looked for
      expect(/\x1b\[3\dm/.test(terminal.frames.at(-1)!)).toBe(colored);
    });
  });

  it('writes nothing for events, only for ticks of the clock, at most 15 a second', () => {
    vi.useFakeTimers();
    const terminal = new FakeTerminal(100, 24);
    const script = new EventScript([new ProgressCallback({ stream: terminal, mode: 'terminal' })], { all: ['one'] });
    vi.setSystemTime(script.time);
    script.pipeline('all', undefined, (all) => {
      const opened = terminal.frames.length;
      for (let round = 0; round < 200; round++) script.node('one', all, { ms: 0 });
      expect(terminal.frames.length).toBe(opened);
      for (let tick = 0; tick < 1000; tick++) {
        script.node('one', all, { ms: 1 });
        vi.advanceTimersByTime(1);
      }
      expect(terminal.frames.length - opened).toBeLessThanOrEqual(16);
      expect(terminal.frames.length - opened).toBeGreaterThan(10);
    });
  });

  it('paints from events while synchronous nodes keep the clock from ticking', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const terminal = new FakeTerminal(100, 24);
    const script = new EventScript([new ProgressCallback({ stream: terminal, mode: 'terminal' })], { all: ['one'] });
    vi.setSystemTime(script.time);
    script.pipeline('all', undefined, (all) => {
      const opened = terminal.frames.length;
      for (let round = 0; round < 10; round++) {
        script.node('one', all, { ms: 100 });
        vi.setSystemTime(script.time);
      }
      expect(terminal.frames.length - opened).toBeGreaterThanOrEqual(3);
    });
  });

  it('gives the cursor back and leaves a summary', () => {
    const terminal = new FakeTerminal(100, 24);
    during(terminal, ['cleaned'], () => {});
    const all = terminal.frames.join('');
    expect(all.lastIndexOf('\x1b[?25h')).toBeGreaterThan(all.lastIndexOf('\x1b[?25l'));
    expect(stripVTControlCharacters(all)).toContain('11 executed, 0 from cache, 1 failed, in ');
  });

  it('shows concurrent runs in one block', () => {
    vi.useFakeTimers();
    const terminal = new FakeTerminal(100, 24);
    const make = (id: string): EventScript =>
      new EventScript([new ProgressCallback({ stream: terminal, mode: 'terminal' })], { [id]: ['one'] }, id);
    const [left, right] = [make('left'), make('right')];
    vi.setSystemTime(left.time);
    left.pipeline('left', undefined, () => {
      right.pipeline('right', undefined, () => {
        vi.advanceTimersByTime(100);
        expect(terminal.lines.map((line) => line.trim().split(/ +/)[1])).toEqual(['left', 'one', 'right', 'one']);
      });
      vi.advanceTimersByTime(100);
      expect(terminal.lines.map((line) => line.trim().split(/ +/)[1])).toEqual(['left', 'one']);
    });
  });
});
