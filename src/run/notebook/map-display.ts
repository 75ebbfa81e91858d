import { inspect } from 'node:util';
import { escapeHtml, nodePath } from '../../events/index.ts';
import type { MapResult } from '../map-result.ts';
import type { MimeBundle } from './jupyter-display.ts';

const ROWS = 20;
const LETTERS = 80;

/** The result of a map in a notebook: a table of its first items, and of those that failed. */
export function displayMap(result: MapResult<unknown>): MimeBundle {
  const { stats, failures } = result;
  const rows = Array.from(result).slice(0, ROWS) as (Readonly<Record<string, unknown>> | undefined)[];
  const names = [...new Set(rows.flatMap((row) => Object.keys(row ?? {})))];
  const failed = new Map(failures.map(({ index, error }) => [index, error]));
  const head = ['', ...names].map((name) => `<th>${escapeHtml(name)}</th>`).join('');
  const body = rows.map((row, index) => {
    const cells =
      row === undefined
        ? `<td colspan="${Math.max(1, names.length)}" style="color:#dc2626">${escapeHtml(short(failed.get(index)))}</td>`
        : names.map((name) => `<td>${escapeHtml(short(row[name]))}</td>`).join('');
    return `<tr><th>${index}</th>${cells}</tr>`;
  });
  const rest = result.length > ROWS ? `, the first ${ROWS} shown` : '';
  const summary = `${count(stats.items)} items${rest}: ${count(stats.executed)} executed, ${count(stats.cached)} from the cache, ${count(stats.failed)} failed, in ${Math.round(stats.duration)} ms`;
  return {
    'text/html': `<table class="dataframe"><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table><p>${summary}</p>${errorsOf(result)}`,
    'text/plain': `${inspect(Array.from(result).slice(0, ROWS))}\n${summary}`,
  };
}

function errorsOf({ failures }: MapResult<unknown>): string {
  if (failures.length === 0) return '';
  const shown = failures.slice(0, ROWS).map(({ error }) => {
    const path = nodePath(error);
    return `<li>${path === undefined ? '' : `<code>${escapeHtml(path)}</code>: `}${escapeHtml(String(error))}</li>`;
  });
  return `<ul style="color:#dc2626">${shown.join('')}</ul>`;
}

const count = (number: number): string => number.toLocaleString('en-US');

function short(value: unknown): string {
  const text =
    typeof value === 'string' ? value : value instanceof Error ? String(value) : inspect(value, { depth: 2 });
  const line = text.replace(/\s+/g, ' ');
  return line.length > LETTERS ? `${line.slice(0, LETTERS - 1)}…` : line;
}
