import { escapeHtml } from './escape-html.ts';
import { formatBytes, formatCount, formatDuration } from './format.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { NodeReport, RunReportData } from './run-report.ts';
import { reportSummary } from './table.ts';
import type { TimelineBar } from './timeline.ts';

const percent = (share: number): string => `${Number((share * 100).toFixed(3))}%`;

/** Round milliseconds between the marks of the time axis, so that there are about five. */
function tickStep(durationMs: number): number {
  const rough = durationMs / 5;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  return magnitude * ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10);
}

function axis(durationMs: number): string {
  const step = tickStep(durationMs);
  const marks: string[] = [];
  // The last mark is left out where its text would not fit.
  for (let at = 0; at <= durationMs * 0.97; at += step) {
    marks.push(`<span style="left:${percent(at / durationMs)}">${at === 0 ? '0' : formatDuration(at)}</span>`);
  }
  return marks.join('');
}

function bar({ from, to, kind, count }: TimelineBar, durationMs: number): string {
  const left = Math.min(Math.max(from / durationMs, 0), 1);
  const width = Math.min(Math.max((to - from) / durationMs, 0), 1 - left);
  const times = count === 1 ? '' : `${formatCount(count)} executions, `;
  const title = `${kind}: ${times}${formatDuration(to - from)}, from ${formatDuration(from)}`;
  return `<i class="${kind}" style="left:${percent(left)};width:${percent(width)}" title="${escapeHtml(title)}"></i>`;
}

function counts(node: NodeReport): string {
  const parts: string[] = [];
  if (node.items !== undefined) parts.push(`${formatCount(node.items)} items`);
  if (node.kind === 'node' && node.executions > 0) parts.push(`${formatCount(node.executions)} run`);
  if (node.failures > 0) parts.push(`<b class="failed">${formatCount(node.failures)} failed</b>`);
  if (node.hits > 0) parts.push(`<b class="cached">${formatCount(node.hits)} cached</b>`);
  if (node.retries > 0) {
    parts.push(`<b class="retried">${formatCount(node.retries)} ${node.retries === 1 ? 'retry' : 'retries'}</b>`);
  }
  if (node.bytes > 0) parts.push(formatBytes(node.bytes));
  return parts.join(' · ');
}

/** So that they are not hidden by what ran at the same time. */
const failuresLast = (bars: readonly TimelineBar[]): TimelineBar[] => [
  ...bars.filter(({ kind }) => kind !== 'failed'),
  ...bars.filter(({ kind }) => kind === 'failed'),
];

function failures(report: RunReportData): string {
  const failed = report.nodes.flatMap(({ firstFailure }) => firstFailure ?? []);
  if (failed.length === 0) return '';
  const items = failed.map(({ path, error }) => `<li><b>${escapeHtml(path)}</b> ${escapeHtml(error)}</li>`);
  return `<h2>What failed first</h2>\n<ul>${items.join('')}</ul>\n`;
}

function row(node: NodeReport, durationMs: number): string {
  const place = node.place === undefined ? '' : ` <small>[${escapeHtml(node.place)}]</small>`;
  return [
    `<tr class="${node.kind}">`,
    `<th scope="row" title="${escapeHtml(node.path)}" style="padding-left:${node.depth * 1.1 + 0.25}rem">${escapeHtml(node.name)}${place}</th>`,
    `<td class="counts">${counts(node)}</td>`,
    `<td class="time">${node.totalMs === 0 ? '' : formatDuration(node.totalMs)}</td>`,
    `<td class="lane">${failuresLast(node.timeline)
      .map((each) => bar(each, durationMs))
      .join('')}</td>`,
    '</tr>',
  ].join('');
}

/** The report as a self-contained page: no script, no font, no request. */
export function reportPage(report: RunReportData): string {
  const durationMs = Math.max(report.durationMs, 0.001);
  const figures: readonly (readonly [string, string, string])[] = [
    ['', formatDuration(report.durationMs), 'duration'],
    ['executed', formatCount(report.executed), 'executed'],
    [report.cached > 0 ? 'cached' : '', formatCount(report.cached), 'from cache'],
    [report.failed > 0 ? 'failed' : '', formatCount(report.failed), 'failed'],
    [report.retries > 0 ? 'retried' : '', formatCount(report.retries), 'retries'],
    [report.savedMs > 0 ? 'cached' : '', formatDuration(report.savedMs), 'saved by the cache'],
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(reportSummary(report))}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(report.name)}</h1>
<p>run ${escapeHtml(report.runId)}, started ${new Date(report.startedAt).toISOString()}</p>
</header>
<dl>${figures.map(([kind, value, label]) => `<div class="${kind}"><dd>${value}</dd><dt>${label}</dt></div>`).join('')}</dl>
<table style="--step:${percent(tickStep(durationMs) / durationMs)}">
<thead><tr><th scope="col">node</th><th scope="col"></th><th scope="col" class="time">time</th><th scope="col" class="axis">${axis(durationMs)}</th></tr></thead>
<tbody>
${report.nodes.map((node) => row(node, durationMs)).join('\n')}
</tbody>
</table>
<footer><i class="executed"></i> executed <i class="cached"></i> from cache <i class="failed"></i> failed</footer>
${failures(report)}</body>
</html>
`;
}
