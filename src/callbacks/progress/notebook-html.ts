import { escapeHtml, type NodeState } from '../../events/index.ts';
import type { Fact, OutlineLine } from './outline-line.ts';

// Colours that can be read on white and on black: notebooks have themes, and no way to ask for them.
const STATE_COLORS: Readonly<Record<NodeState, string>> = {
  pending: 'inherit',
  running: '#3b82d6',
  retrying: '#c27803',
  done: '#2e9e6b',
  cached: '#3b82d6',
  failed: '#d9484e',
  aborted: '#c27803',
};

const TONES: Readonly<Record<Fact['tone'], string>> = {
  plain: '',
  quiet: 'opacity:.65',
  cached: 'color:#3b82d6',
  failed: 'color:#d9484e',
  retried: 'color:#c27803',
};

const MARKS: Readonly<Record<NodeState, string>> = {
  pending: '○',
  running: '●',
  retrying: '↻',
  done: '✔',
  cached: '≡',
  failed: '✖',
  aborted: '⊘',
};

function bar(share: number): string {
  const percent = (share * 100).toFixed(1);
  return `<div style="width:12em;height:.5em;border-radius:3px;background:rgba(127,127,127,.25)"><div style="width:${percent}%;height:100%;border-radius:3px;background:${STATE_COLORS.running}"></div></div>`;
}

function row({ depth, state, name, place, share, facts }: OutlineLine): string {
  const quiet = state === 'pending' ? 'opacity:.6;' : '';
  const mark = `display:inline-block;width:1.2em;text-align:center;color:${STATE_COLORS[state]}`;
  const label = `<span style="${mark}">${MARKS[state]}</span> ${escapeHtml(name)}`;
  const where = place === undefined ? '' : ` <span style="opacity:.65">[${escapeHtml(place)}]</span>`;
  const cell = 'border:none;text-align:left;padding:.1em .8em .1em 0;background:none;font-size:13px';
  const told = facts.map(({ text, tone }) => `<span style="${TONES[tone]}">${escapeHtml(text)}</span>`).join(' &nbsp;');
  return [
    `<tr style="background:none"><td style="${cell};${quiet}padding-left:${depth * 1.4}em;font-weight:${depth === 0 ? 600 : 400};white-space:nowrap">${label}${where}</td>`,
    `<td style="${cell}">${share === undefined ? '' : bar(share)}</td>`,
    `<td style="${cell};font-variant-numeric:tabular-nums">${told}</td></tr>`,
  ].join('');
}

/** The live tree as a table without scripts or style sheets. */
export function notebookHtml(lines: readonly OutlineLine[], notes: readonly string[]): string {
  const foot = notes.map((note) => `<div style="opacity:.75">${escapeHtml(note)}</div>`).join('');
  return `<div style="font-family:system-ui,sans-serif;font-size:13px;line-height:1.4"><table style="border-collapse:collapse;border:none;margin:0">${lines.map(row).join('')}</table>${foot}</div>`;
}
