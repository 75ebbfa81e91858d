import { cut, oneLine, padded, widthOf } from './fit-text.ts';
import type { OutlineLine } from './outline-line.ts';
import type { TerminalStyle } from './terminal-style.ts';

const INDENT = 2;
/** Mark and blank before a name. */
const MARK = 2;
const GAP = '  ';
const SHORTEST_BAR = 8;
const LONGEST_BAR = 24;
/** Milliseconds that one step of the spinner lasts. */
const SPIN_MS = 120;

/** What to draw with. */
export interface Canvas {
  readonly columns: number;
  readonly style: TerminalStyle;
  /** Milliseconds since the epoch; moves the spinner. */
  readonly now: number;
}

/** Lines of text that are never wider than the canvas. */
export function drawLines(lines: readonly OutlineLine[], canvas: Canvas): string[] {
  const { columns } = canvas;
  const labels = lines.map(labelOf);
  const widest = labels.reduce(
    (most, label, at) => Math.max(most, lines[at]!.depth * INDENT + MARK + widthOf(label)),
    0,
  );
  const labelColumns = Math.min(widest, Math.max(16, Math.floor(columns * 0.45)));
  const bar = Math.floor(columns * 0.2);
  const barColumns = bar < SHORTEST_BAR ? 0 : Math.min(bar, LONGEST_BAR);
  return lines.map((line, at) => drawLine(line, labels[at]!, { ...canvas, labelColumns, barColumns }));
}

const labelOf = ({ name, place }: OutlineLine): string =>
  place === undefined ? oneLine(name) : `${oneLine(name)} [${oneLine(place)}]`;

interface Layout extends Canvas {
  readonly labelColumns: number;
  readonly barColumns: number;
}

function drawLine(line: OutlineLine, label: string, layout: Layout): string {
  const { columns, labelColumns, style } = layout;
  // Deeper levels than fit stay at the last indent that leaves room for a name.
  const indent = Math.min(line.depth * INDENT, Math.max(0, labelColumns - MARK - 4));
  const room = Math.min(columns, labelColumns) - indent - MARK;
  if (room < 1) return cut(markOf(line, layout) + label, columns);
  const name = padded(cut(label, room), room);
  const head = `${' '.repeat(indent)}${style.state[line.state](markOf(line, layout))} ${paintName(line, name, style)}`;
  return head + drawFacts(line, columns - indent - MARK - room, layout);
}

function markOf({ state }: OutlineLine, { style, now }: Layout): string {
  return state === 'running' ? style.spinner[Math.floor(now / SPIN_MS) % style.spinner.length]! : style.marks[state];
}

function paintName({ depth, state }: OutlineLine, name: string, style: TerminalStyle): string {
  if (depth === 0 && state !== 'pending') return style.bold(name);
  return state === 'pending' ? style.quiet(name) : name;
}

/** The bar and as many facts as fit, the most important ones first; one that is too long for a line is cut. */
function drawFacts({ share, facts }: OutlineLine, room: number, { barColumns, style }: Layout): string {
  let drawn = '';
  let left = room;
  if (share !== undefined && barColumns > 0 && left > barColumns + GAP.length + 8) {
    const done = Math.floor(share * barColumns);
    drawn = `${GAP}${style.state.running(style.bar.done.repeat(done))}${style.quiet(style.bar.rest.repeat(barColumns - done))}`;
    left -= GAP.length + barColumns;
  }
  for (const [at, { text, tone }] of facts.entries()) {
    const fitting = oneLine(text);
    const width = GAP.length + widthOf(fitting);
    if (width <= left) {
      drawn += GAP + style.tone[tone](fitting);
      left -= width;
    } else {
      const enough = at === 0 ? 4 : 16;
      if (left >= GAP.length + enough) drawn += GAP + style.tone[tone](cut(fitting, left - GAP.length));
      break;
    }
  }
  return drawn.trimEnd();
}
