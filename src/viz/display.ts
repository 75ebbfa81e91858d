import { inspect } from 'node:util';
import { displaysSent, escapeHtml, findNotebook } from '../events/index.ts';
import { warmUpInNotebook } from './warm-up.ts';

/** What the Deno kernel calls, too. */
const jupyterDisplay = Symbol.for('Jupyter.display');

warmUpInNotebook();

type MimeBundle = Readonly<Record<string, string>>;
type Displayable = { [jupyterDisplay]?: () => MimeBundle | Promise<MimeBundle> };

/**
 * Shows something in the output of a notebook cell: a pipeline as its graph, the result of a map as a table, that of a run
 * with its report, all else as text. Outside of notebooks it prints text.
 */
export async function display(value: unknown): Promise<void> {
  const { 'text/plain': text = inspect(value), 'text/html': html = `<pre>${escapeHtml(text)}</pre>` } =
    await bundleOf(value);
  const notebook = findNotebook();
  if (notebook === undefined) {
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    return;
  }
  notebook.newDisplay()(html);
  await displaysSent();
}

async function bundleOf(value: unknown): Promise<MimeBundle> {
  const method = (value as Displayable | null | undefined)?.[jupyterDisplay];
  return method === undefined ? {} : method.call(value as never);
}
