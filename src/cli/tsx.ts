import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MissingPeerError } from '../errors.ts';

/** Makes this process load TypeScript. @throws MissingPeerError when tsx is installed neither near the script nor here. */
export async function registerTsx(script: string): Promise<void> {
  const require = createRequire(pathToFileURL(script));
  let manifest: string;
  try {
    // The command line may be installed elsewhere than what it runs.
    manifest = require.resolve('tsx/package.json', { paths: [dirname(script), process.cwd(), import.meta.dirname] });
  } catch (cause) {
    throw new MissingPeerError(
      'MISSING_PEER',
      `Node ${process.version} cannot load TypeScript by itself, and tsx is not installed. Use Node 22.18 or later, or install it:`,
      { cause, hint: 'npm install --save-dev tsx' },
    );
  }
  // The ES module behind `tsx/esm/api`; resolving the path itself with require would give its CommonJS twin.
  const { exports } = require(manifest) as { exports: Record<string, { import: { default: string } }> };
  const api = join(dirname(manifest), exports['./esm/api']!.import.default);
  const { register } = (await import(pathToFileURL(api).href)) as { register: () => void };
  register();
}
