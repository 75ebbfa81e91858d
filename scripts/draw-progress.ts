/**
 * Draws docs/progress.svg: the live tree of test/fixtures/callbacks/live.mjs, as a real terminal shows it in mid-run.
 *
 *     npm run build && npx tsx scripts/draw-progress.ts        (needs tmux)
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TmuxTerminal } from '../test/fixtures/callbacks/tmux-terminal.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const COLUMNS = 92;
const CHARACTER = 8.4;
const LINE = 20;
const MARGIN = 18;
const PALETTE: Readonly<Record<string, string>> = {
  '31': '#f2666b',
  '32': '#4cc38a',
  '33': '#e0a243',
  '34': '#5b97f0',
  '36': '#4ec9d4',
};

const escapeXml = (text: string): string => text.replace(/[&<>]/g, (found) => `&#${found.charCodeAt(0)};`);

/** One line with colours as SVG text; each run of characters at its own column, since fonts differ in the width of marks. */
function drawLine(line: string, at: number): string {
  const y = MARGIN + (at + 1) * LINE - 5;
  let column = 0;
  let fill = '#d6dce3';
  let weight = 'normal';
  let opacity = '1';
  const parts: string[] = [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what is read
  for (const [, codes, text] of line.matchAll(/\x1b\[([\d;]*)m|([^\x1b]+)/g)) {
    if (text !== undefined) {
      for (const [word] of text.matchAll(/\S+|\s+/g)) {
        const x = (MARGIN + column * CHARACTER).toFixed(1);
        const style = `fill="${fill}" font-weight="${weight}" opacity="${opacity}"`;
        if (word.trim() !== '')
          parts.push(
            `<text x="${x}" y="${y}" ${style} textLength="${(word.length * CHARACTER).toFixed(1)}">${escapeXml(word)}</text>`,
          );
        column += word.length;
      }
      continue;
    }
    for (const code of (codes || '0').split(';')) {
      if (code === '0') [fill, weight, opacity] = ['#d6dce3', 'normal', '1'];
      else if (code === '1') weight = 'bold';
      else if (code === '2') opacity = '0.6';
      else if (code === '22') [weight, opacity] = ['normal', '1'];
      else if (code === '39') fill = '#d6dce3';
      else fill = PALETTE[code] ?? fill;
    }
  }
  return parts.join('');
}

const terminal = new TmuxTerminal(COLUMNS, 24, { FORCE_COLOR: '1' });
try {
  terminal.type(`cd '${root}'; clear; '${process.execPath}' test/fixtures/callbacks/live.mjs latin 0.4`);
  await terminal.shows(/ [23]\d\/60 .*failed/);
  const lines = terminal.screen({ escapes: true }).split('\n');
  const width = COLUMNS * CHARACTER + 2 * MARGIN;
  const height = lines.length * LINE + 2 * MARGIN;
  writeFileSync(
    `${root}/docs/progress.svg`,
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="The live tree of a run in a terminal" font-family="ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14">
<rect width="100%" height="100%" rx="8" fill="#15181c"/>
${lines.map(drawLine).join('\n')}
</svg>
`,
  );
} finally {
  terminal.close();
}
