/**
 * Runs the notebooks with Deno, so that the files in notebooks/ hold their results, and draws docs/notebook.png of the first.
 *
 *     npm run build && npx tsx scripts/draw-notebook.ts        (needs scripts/install-test-tools.sh)
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openBrowser } from '../test/fixtures/browser.ts';
import { environmentIn, nbconvert, notebookFolder } from '../test/notebooks/jupyter.ts';

interface Notebook {
  cells: { metadata: object; [part: string]: unknown }[];
  metadata: object;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = notebookFolder();
const convert = (...parameters: string[]) =>
  execFileSync(nbconvert!, parameters, {
    cwd: folder,
    env: environmentIn(folder),
    stdio: ['ignore', 'ignore', 'inherit'],
  });

try {
  const names = readdirSync(join(root, 'notebooks')).filter((name) => name.endsWith('.ipynb'));
  for (const name of names) {
    const path = join(root, 'notebooks', name);
    const { metadata } = JSON.parse(readFileSync(path, 'utf8')) as Notebook;
    writeFileSync(join(folder, name), readFileSync(path));
    convert('--to', 'notebook', '--execute', '--inplace', name);
    const done = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Notebook;
    // When and how fast it ran is of no interest.
    const cells = done.cells.map((cell) => ({ ...cell, metadata: {} }));
    writeFileSync(path, `${JSON.stringify({ ...done, cells, metadata }, null, 1)}\n`);
  }
  convert('--to', 'html', names[0]!, '--output', 'page.html');
  const browser = await openBrowser();
  const page = await browser.newPage({ viewport: { width: 920, height: 1260 } });
  await page.goto(pathToFileURL(join(folder, 'page.html')).href, { waitUntil: 'domcontentloaded' });
  await page.screenshot({ path: join(root, 'docs/notebook.png') });
  await browser.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
