import stringWidth from 'string-width';
import { afterEach, describe, expect, it } from 'vitest';
import { hasTmux, TmuxTerminal } from '../fixtures/callbacks/tmux-terminal.ts';

const LIVE = new URL('../fixtures/callbacks/live.mjs', import.meta.url).pathname;
const SPINNER = /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/;

let terminal: TmuxTerminal;

/** Starts the program in a terminal of this size. */
function play(scene: string, speed: number, columns: number, rows: number, env: Record<string, string> = {}): void {
  terminal = new TmuxTerminal(columns, rows, env);
  terminal.type(`clear; '${process.execPath}' '${LIVE}' ${scene} ${speed}; echo "exit code $?"`);
}

const times = (pattern: RegExp, text: string): number => text.match(pattern)?.length ?? 0;

describe.skipIf(!hasTmux())('the live tree in a real terminal', () => {
  afterEach(() => terminal.close());

  it('shows nested maps, counters, retries and failures while they happen', async () => {
    play('all', 0.5, 100, 24);
    const screen = await terminal.shows(/評価スコア .*retr/);
    const lines = screen.split('\n').map((line) => line.replace(SPINNER, '●'));
    expect(lines[0]).toMatch(/^● all {2,}\d/);
    expect(lines[1]).toMatch(/^ {2}✔ documents {2,}\d/);
    expect(lines[2]).toMatch(/^ {2}● per_doc {2,}━*─+ {2}\d+\/60 .*\d+\/8 active$/);
    expect(lines[3]).toMatch(/^ {4}● cleaned {2,}\d+\/60/);
    expect(lines[5]).toMatch(/^ {4}● per_word {2,}━*─+ {2}\d+\/(~)?\d+/);
    expect(lines[6]).toMatch(/^ {6}● stemmed {2,}\d+\/(~)?\d+/);
    expect(lines[7]).toMatch(/^ {4}[●↻] 評価スコア {2,}\d+\/60 .*\d+ retr(y|ies)/);
    expect(lines.slice(8)).toEqual(['  ○ model', '  ○ report']);
    expect(terminal.cursorIsVisible).toBe(false);
    const end = await terminal.shows(/exit code 0/);
    expect(end).toMatch(/✔ per_doc {2,}60 items {2}.*failed/);
    expect(end).toMatch(/✖ all > per_doc\[33\] > 評価スコア: Error: no score for text 33/);
    expect(end).toMatch(/\d+ executed, 0 from cache, \d+ failed, \d+ retries, in /);
    expect(end).toContain('program ended');
    expect(end).not.toMatch(SPINNER);
    expect(terminal.cursorIsVisible).toBe(true);
  });

  it.each([
    [30, 6],
    [47, 10],
    [160, 40],
  ])('fits into %i × %i, and leaves each line once', async (columns, rows) => {
    play('all', 1, columns, rows);
    const during = await terminal.shows(/per_doc .*\d+\/60/);
    for (const line of during.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
    await terminal.shows(/exit code 0/);
    const everything = terminal.screen({ history: true });
    expect(times(/^✔ all /gm, everything)).toBe(1);
    expect(times(/^ {2}✔ per_doc /gm, everything)).toBe(1);
    expect(everything).not.toMatch(SPINNER);
  });

  it('keeps what the program writes, in order, above the block', async () => {
    play('talk', 1, 80, 30);
    const during = await terminal.shows(/step 4 of the training[\s\S]* model /);
    expect(during.indexOf('step 4')).toBeLessThan(during.search(SPINNER));
    await terminal.shows(/exit code 0/);
    const lines = terminal.screen({ history: true }).split('\n');
    const steps = Array.from({ length: 10 }, (_, at) => `step ${at + 1} of the training`);
    expect(lines.filter((line) => line.startsWith('step'))).toEqual(steps);
    expect(lines).toContain('a line that is not finished yet');
    expect(times(/^ {2}✔ model /gm, lines.join('\n'))).toBe(1);
  });

  it('goes on after the terminal was resized', async () => {
    play('all', 0.4, 100, 24);
    await terminal.shows(/per_doc .*\d+\/60/);
    terminal.resize(40, 20);
    const narrow = await terminal.shows(/per_doc .*\d+\/60/);
    for (const line of narrow.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(40);
    terminal.resize(90, 20);
    await terminal.shows(/exit code 0/, 30_000);
    expect(times(/^ {2}✔ documents /gm, terminal.screen())).toBe(1);
  });

  it('ends at Ctrl-C as the program would have, with a visible cursor', async () => {
    play('all', 0.5, 80, 24);
    await terminal.shows(/per_doc .*\d+\/60/);
    terminal.press('C-c');
    // The shell does not go on with its list of commands when one of them died of SIGINT.
    const end = await terminal.shows(/\n\^?C?\$ *$/);
    expect(end).not.toContain('program ended');
    expect(end).not.toContain('exit code');
    expect(terminal.cursorIsVisible).toBe(true);
    terminal.type('echo "signal $(($? - 128))"');
    await terminal.shows(/signal 2/);
  });

  it('leaves Ctrl-C to the program when that handles it', async () => {
    play('handler', 0.5, 80, 24);
    await terminal.shows(/per_doc .*\d+\/60/);
    terminal.press('C-c');
    const end = await terminal.shows(/exit code 0/);
    expect(end).toMatch(/run ended: ABORTED[\s\S]*program ended/);
    expect(end).toMatch(/^⊘ all /m);
    expect(terminal.cursorIsVisible).toBe(true);
  });

  it('leaves a terminal in order when the program crashes, with the error below the tree', async () => {
    play('crash', 1, 100, 40);
    const end = await terminal.shows(/exit code [17]/);
    expect(end.indexOf('Error: crashed on purpose')).toBeGreaterThan(end.lastIndexOf(' report'));
    expect(terminal.cursorIsVisible).toBe(true);
  });

  it('names the node and the error when a run fails', async () => {
    play('throw', 2, 100, 40);
    const end = await terminal.shows(/exit code 1/);
    expect(end).toMatch(/✖ model {2,}RangeError: loss is not a number/);
    expect(end).toContain('✖ all > model: RangeError: loss is not a number');
    expect(terminal.cursorIsVisible).toBe(true);
  });

  it.each([
    ['FORCE_COLOR', '1', true],
    ['NO_COLOR', '1', false],
  ])('has colours as %s=%s asks', async (name, value, colored) => {
    play('all', 2, 80, 24, { [name]: value });
    await terminal.shows(/exit code 0/);
    const green = '\x1b[32m';
    expect(terminal.screen({ escapes: true }).includes(green)).toBe(colored);
  });

  it('is plain lines when the terminal belongs to a build server', async () => {
    play('all', 4, 100, 40, { CI: 'true' });
    const end = await terminal.shows(/exit code 0/);
    expect(end).toContain('all > per_doc: 50%, 30/60');
    expect(end).not.toMatch(SPINNER);
  });
});
