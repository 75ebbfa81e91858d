import { inspect } from 'node:util';
import { escapeHtml, formatCount, formatDuration } from '../../events/index.ts';
import type { MapResult } from '../map-result.ts';
import { errorText, failureList } from './failure-list.ts';
import type { MimeBundle } from './jupyter-display.ts';

const ROWS = 20;
const LETTERS = 80;

/** The result of a map in a notebook: a table of its first items, and of those that failed. */
export function displayMap(result: MapResult<unknown>): MimeBundle {
  const { stats, failures } = result;
  const rows = Array.from(result.slice(0, ROWS)) as (Readonly<Record<string, unknown>> | undefined)[];
  const names = [...new Set(rows.flatMap((row) => Object.keys(row ?? {})))];
  const failed = new Map(failures.map(({ index, error }) => [index, error]));
  const head = ['', ...names].map((name) => `<th>${escapeHtml(name)}</th>`).join('');
  const body = rows.map((row, index) => {
    const cells =
      row === undefined
        ? `<td colspan="${Math.max(1, names.length)}" style="color:#dc2626">${escapeHtml(oneLine(errorText(failed.get(index))))}</td>`
        : names.map((name) => `<td>${escapeHtml(short(row[name]))}</td>`).join('');
    return `<tr><th>${index}</th>${cells}</tr>`;
  });
  const rest = result.length > ROWS ? `, the first ${ROWS} shown` : '';
  const items = `${formatCount(stats.items)} ${stats.items === 1 ? 'item' : 'items'}${rest}`;
  const counts = `${formatCount(stats.executed)} executed, ${formatCount(stats.cached)} from the cache, ${formatCount(stats.failed)} failed`;
  const summary = `${items}: ${counts}, in ${formatDuration(stats.duration)}`;
  return {
    'text/html': `<table class="dataframe"><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table><p>${summary}</p>${failureList(failures)}`,
    'text/plain': `${inspect(rows)}\n${summary}`,
  };
}

const short = (value: unknown): string => oneLine(typeof value === 'string' ? value : inspect(value, { depth: 2 }));

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > LETTERS ? `${line.slice(0, LETTERS - 1)}…` : line;
}
