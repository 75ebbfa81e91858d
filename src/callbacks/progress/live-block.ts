import { TextSink, type TextStream } from '../text-sink.ts';
import { guardExit } from './exit-guard.ts';
import { cut, oneLine, widthOf } from './fit-text.ts';
import { WriteInterceptor } from './write-interceptor.ts';

const ESC = '\x1b[';
const BEGIN_SYNC = `${ESC}?2026h`;
const END_SYNC = `${ESC}?2026l`;
const HIDE_CURSOR = `${ESC}?25l`;
const SHOW_CURSOR = `${ESC}?25h`;
// So that a character that is wider than it was thought to be cannot break a line in two.
const NO_WRAP = `${ESC}?7l`;
const WRAP = `${ESC}?7h`;
const ERASE_BELOW = `${ESC}0J`;
const ERASE_LINE_END = `${ESC}0K`;
const ERASE_LINE = `${ESC}2K`;

/** How often a block is put back at once between two paintings; a program that writes more often gets it at the next one. */
const MOST_RESTORED = 4;

/**
 * Lines at the bottom of a terminal that can be repainted, while everything else that the program writes appears above.
 *
 * The cursor rests on the line below the block, so that whatever ends the program finds a terminal in order.
 */
export class LiveBlock {
  readonly #stream: TextStream;
  #sink: TextSink;
  #interceptors: WriteInterceptor[] = [];
  #unguard: (() => void) | undefined;
  #lines: readonly string[] = [];
  /** Width of the terminal when the block was painted. */
  #painted = { lines: [] as readonly string[], columns: 0 };
  #restored = 0;
  /** Beginnings of lines that the program has not ended yet. */
  readonly #partial = new Map<WriteInterceptor, string>();

  constructor(stream: TextStream) {
    this.#stream = stream;
    this.#sink = new TextSink(stream);
  }

  get columns(): number {
    return Math.max(1, this.#stream.columns ?? 80);
  }

  get rows(): number {
    return Math.max(2, this.#stream.rows ?? 24);
  }

  get broken(): boolean {
    return this.#sink.broken;
  }

  get isOpen(): boolean {
    return this.#unguard !== undefined;
  }

  /** Whether the terminal takes more text now. */
  get ready(): boolean {
    return this.#stream.writableNeedDrain !== true;
  }

  /** Takes the bottom of the terminal. @param onExit Called before the process ends, to paint for the last time. */
  open(onExit: () => void): void {
    if (this.isOpen) return;
    this.#unguard = guardExit(onExit);
    const own = this.#intercept(this.#stream);
    if (own !== undefined) this.#sink = new TextSink(this.#stream, own.write);
    // Both lead to the same screen, as a rule.
    if (own !== undefined) for (const other of [process.stdout, process.stderr]) this.#intercept(other);
    this.#sink.write(HIDE_CURSOR + this.#freshLine());
  }

  /** Gives the terminal back; the block stays as it is. */
  close(): void {
    if (!this.isOpen) return;
    this.#unguard!();
    this.#unguard = undefined;
    for (const interceptor of this.#interceptors) interceptor.stop();
    this.#interceptors = [];
    let rest = '';
    for (const text of this.#partial.values()) rest += `${text}\n`;
    this.#partial.clear();
    if (rest !== '') this.#sink.write(this.#erasure() + rest + this.#lines.map((line) => `${line}\n`).join(''));
    this.#sink.write(SHOW_CURSOR);
    this.#forget();
  }

  /** Shows these lines. */
  paint(lines: readonly string[]): void {
    this.#restored = 0;
    const framed = this.#framed(lines);
    const before = this.#painted;
    const sameWidth = before.columns === this.columns;
    this.#lines = lines;
    if (sameWidth && sameLines(before.lines, framed)) return;
    this.#write(this.#erasure(sameWidth && framed.length > 0) + this.#drawn(framed));
  }

  /** Writes lines above the block, for good. */
  print(lines: readonly string[]): void {
    const text = lines.map((line) => `${line}${ERASE_LINE_END}\n`).join('');
    this.#write(this.#erasure() + NO_WRAP + text + WRAP + this.#drawn(this.#framed(this.#lines)));
  }

  /**
   * Moves to the start of a line: of the next one if the program has left the cursor within a line.
   *
   * A terminal's width of blanks breaks the line in that case only.
   */
  #freshLine(): string {
    return `${' '.repeat(this.columns)}\r${ERASE_LINE_END}`;
  }

  #write(text: string): void {
    this.#sink.write(BEGIN_SYNC + text + END_SYNC);
  }

  /** The block with the program's unfinished lines above it. */
  #framed(lines: readonly string[]): readonly string[] {
    const unfinished = [...this.#partial.values()].map((text) => cut(oneLine(text), this.columns));
    return unfinished.length === 0 ? lines : [...unfinished, ...lines].slice(-(this.rows - 1));
  }

  #drawn(framed: readonly string[]): string {
    this.#painted = { lines: framed, columns: this.columns };
    if (framed.length === 0) return '';
    return `${NO_WRAP}${framed.map((line) => `${line}${ERASE_LINE_END}\n`).join('')}${ERASE_BELOW}${WRAP}`;
  }

  /** Moves to the start of the block; also erases it unless it is going to be painted over. */
  #erasure(paintOver = false): string {
    const { lines, columns } = this.#painted;
    if (lines.length === 0) return '';
    let height = lines.length;
    // A terminal that became narrower has broken the lines that no longer fit.
    if (columns > this.columns) {
      height = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(oneLine(line)) / this.columns)), 0);
    }
    const up = `\r${ESC}${Math.min(height, this.rows - 1)}A`;
    // Line by line: some terminals keep a screen that is erased as a whole among what has scrolled away.
    return paintOver ? up : up + `${ERASE_LINE}\n`.repeat(Math.min(height, this.rows - 1)) + up;
  }

  #forget(): void {
    this.#painted = { lines: [], columns: 0 };
    this.#lines = [];
  }

  #intercept(stream: unknown): WriteInterceptor | undefined {
    if (stream !== process.stdout && stream !== process.stderr) return undefined;
    const taken = stream as NodeJS.WriteStream;
    if (!taken.isTTY || this.#interceptors.some((interceptor) => interceptor.stream === taken)) return undefined;
    const interceptor: WriteInterceptor = new WriteInterceptor(taken, (text, done) =>
      this.#pass(interceptor, text, done),
    );
    this.#interceptors.push(interceptor);
    return interceptor;
  }

  /** Puts what the program wrote above the block. */
  #pass(from: WriteInterceptor, text: string, done: ((error?: Error | null) => void) | undefined): boolean {
    const all = (this.#partial.get(from) ?? '') + text;
    const end = all.lastIndexOf('\n') + 1;
    if (end === all.length) this.#partial.delete(from);
    else this.#partial.set(from, all.slice(end));
    const erasure = this.#erasure();
    this.#painted = { lines: [], columns: this.columns };
    if (erasure !== '') this.#sink.write(erasure);
    const goesOn = from.write(all.slice(0, end), done);
    if (this.#restored++ < MOST_RESTORED) this.#write(this.#drawn(this.#framed(this.#lines)));
    return goesOn;
  }
}

const sameLines = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((line, at) => line === b[at]);
