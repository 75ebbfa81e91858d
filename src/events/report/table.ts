import { formatBytes, formatCount, formatDuration } from './format.ts';
import type { NodeReport, RunReportData } from './run-report.ts';

interface Column {
  readonly title: string;
  readonly cell: (node: NodeReport) => string;
  /** Shown only when it says something about some node. */
  readonly needed?: (node: NodeReport) => boolean;
}

const countOrDash = (count: number): string => (count === 0 ? '–' : formatCount(count));

const COLUMNS: readonly Column[] = [
  { title: 'executed', cell: (node) => countOrDash(node.executions) },
  { title: 'hits', cell: (node) => countOrDash(node.hits) },
  { title: 'failed', cell: (node) => countOrDash(node.failures), needed: (node) => node.failures > 0 },
  { title: 'retries', cell: (node) => countOrDash(node.retries), needed: (node) => node.retries > 0 },
  { title: 'total', cell: (node) => (node.totalMs === 0 ? '–' : formatDuration(node.totalMs)) },
  {
    title: 'mean',
    cell: (node) =>
      node.kind !== 'node' || node.executions + node.failures === 0
        ? '–'
        : formatDuration(node.totalMs / (node.executions + node.failures)),
  },
  { title: 'max', cell: (node) => (node.maxMs === 0 ? '–' : formatDuration(node.maxMs)) },
  {
    title: 'saved',
    cell: (node) => (node.savedMs === 0 ? '–' : formatDuration(node.savedMs)),
    needed: (node) => node.savedMs > 0,
  },
  {
    title: 'stored',
    cell: (node) => (node.bytes === 0 ? '–' : formatBytes(node.bytes)),
    needed: (node) => node.bytes > 0,
  },
];

function nameCell({ depth, name, items, place }: NodeReport): string {
  const many = items === undefined ? '' : ` ×${formatCount(items)}`;
  return `${'  '.repeat(depth)}${name}${many}${place === undefined ? '' : ` [${place}]`}`;
}

/** One sentence about the whole run. */
export function reportSummary(report: RunReportData): string {
  const parts = [`${formatCount(report.executed)} executed`, `${formatCount(report.cached)} from cache`];
  if (report.failed > 0) parts.push(`${formatCount(report.failed)} failed`);
  if (report.retries > 0) parts.push(`${formatCount(report.retries)} ${report.retries === 1 ? 'retry' : 'retries'}`);
  if (report.savedMs > 0) parts.push(`${formatDuration(report.savedMs)} saved by the cache`);
  return `${report.name}: ${parts.join(', ')} in ${formatDuration(report.durationMs)}`;
}

/** The report as a table of plain text. */
export function reportTable(report: RunReportData): string {
  const columns = COLUMNS.filter(({ needed }) => needed === undefined || report.nodes.some(needed));
  const rows = [
    ['node', ...columns.map(({ title }) => title)],
    ...report.nodes.map((node) => [nameCell(node), ...columns.map(({ cell }) => cell(node))]),
  ];
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join('  ')
      .trimEnd(),
  );
  const failures = report.nodes.flatMap(({ firstFailure }) =>
    firstFailure === undefined ? [] : [`failed: ${firstFailure.path}: ${firstFailure.error}`],
  );
  return [reportSummary(report), '', ...lines, ...(failures.length > 0 ? ['', ...failures] : [])].join('\n');
}
