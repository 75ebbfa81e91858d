import { inspect } from 'node:util';
import { escapeHtml, formatCount, nodePath } from '../../events/index.ts';

const MOST = 20;

/** Failed nodes in a notebook: which, with what error, and the line of the source that threw it. */
export function failureList(failures: readonly { readonly error: unknown }[]): string {
  if (failures.length === 0) return '';
  const shown = failures.slice(0, MOST).map(({ error }) => {
    const path = nodePath(error);
    const line = sourceLine(error);
    return `<li>${path === undefined ? '' : `<code>${escapeHtml(path)}</code>: `}${escapeHtml(errorText(error))}${
      line === undefined ? '' : ` <span style="opacity:.65">at ${escapeHtml(line)}</span>`
    }</li>`;
  });
  const rest = failures.length > MOST ? `<li>and ${formatCount(failures.length - MOST)} more</li>` : '';
  return `<ul style="color:#dc2626">${shown.join('')}${rest}</ul>`;
}

/** Anything can be thrown, also what cannot be made a string. */
export const errorText = (error: unknown): string => (error instanceof Error ? String(error) : inspect(error));

/** Frames of the runtime and of packages say nothing about the user's code. */
const FOREIGN = /node:|ext:|\/node_modules\/|\(native\)|\(<anonymous>\)$/;
const OWN_FOLDER = new URL('.', import.meta.url).pathname;

/** Where the user's code threw: the innermost frame of the stack that is no package's. */
function sourceLine(error: unknown): string | undefined {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return undefined;
  for (const [, frame] of error.stack.matchAll(/^ +at (.+)$/gm)) {
    if (FOREIGN.test(frame!) || frame!.includes(OWN_FOLDER)) continue;
    return /\(([^()]*:\d+:\d+)\)$/.exec(frame!)?.[1] ?? frame;
  }
  return undefined;
}
