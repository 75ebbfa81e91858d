import { inspect } from 'node:util';
import { escapeHtml, formatCount, nodePath, type RunReport } from '../../events/index.ts';
import { errorText, failureList } from './failure-list.ts';
import type { MimeBundle } from './jupyter-display.ts';

/** The result of a run in a notebook: its values, what failed all the same, and, if there is a report, what its nodes did. */
export function displayRun(
  result: object,
  failures: readonly { readonly error: unknown }[],
  report: RunReport | undefined,
): MimeBundle {
  const values = inspect(result, { depth: 4 });
  const failed = failures.map(({ error }) => `${nodePath(error) ?? 'failed'}: ${errorText(error)}`);
  const table = report?.toString();
  return {
    'text/html': `<pre>${escapeHtml(values)}</pre>${failureList(failures)}${report === undefined ? '' : details(report)}`,
    'text/plain': [values, ...(failed.length > 0 ? [failed.join('\n')] : []), ...(table ? [table] : [])].join('\n\n'),
  };
}

function details(report: RunReport): string {
  const { name, executed, cached, failed } = report;
  const counts = [
    `${formatCount(executed)} executed`,
    `${formatCount(cached)} from the cache`,
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
  ];
  return `<details open><summary>${escapeHtml(name)}: ${counts.join(', ')}</summary><pre>${escapeHtml(report.toString())}</pre></details>`;
}
