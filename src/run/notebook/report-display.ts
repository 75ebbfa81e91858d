import { inspect } from 'node:util';
import { escapeHtml, type RunReport } from '../../events/index.ts';
import type { MimeBundle } from './jupyter-display.ts';

/** The result of a run in a notebook, with what its nodes did. */
export function displayReported(result: object, report: RunReport): MimeBundle {
  const values = inspect(result, { depth: 4 });
  const table = report.toString();
  return {
    'text/html': `<pre>${escapeHtml(values)}</pre><details open><summary>${escapeHtml(report.name)}: ${report.executed} executed, ${report.cached} from the cache</summary><pre>${escapeHtml(table)}</pre></details>`,
    'text/plain': `${values}\n\n${table}`,
  };
}
