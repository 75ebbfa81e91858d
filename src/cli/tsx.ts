import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MissingPeerError } from '../errors.ts';

/** Makes this process load TypeScript. @throws MissingPeerError when tsx is not installed. */
export async function registerTsx(): Promise<void> {
  // From where the user stands: the command line may be installed elsewhere.
  const require = createRequire(pathToFileURL(join(process.cwd(), 'noop.js')));
  let manifest: string;
  try {
    manifest = require.resolve('tsx/package.json');
  } catch (cause) {
    throw new MissingPeerError(
      'MISSING_PEER',
      `Node ${process.version} cannot load TypeScript by itself, and tsx is not installed.`,
      { cause, hint: 'Run: npm install --save-dev tsx, or use Node 22.18 or later.' },
    );
  }
  // The ES module behind `tsx/esm/api`; resolving the path itself with require would give its CommonJS twin.
  const { exports } = require(manifest) as { exports: Record<string, { import: { default: string } }> };
  const api = join(dirname(manifest), exports['./esm/api']!.import.default);
  const { register } = (await import(pathToFileURL(api).href)) as { register: () => void };
  register();
}
