import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Packages in a `node_modules` folder that use hypernodes, by themselves or through another one, as paths in that folder:
 * they find it only where they lie in the world of a container.
 */
export async function usersOfOwnPackage(modules: string): Promise<readonly string[]> {
  const needs = new Map<string, readonly string[]>();
  for (const name of await packagesIn(modules)) needs.set(name, await needsOf(join(modules, name)));
  const users = new Set(['hypernodes']);
  // A set that grows while it is gone through reaches everything.
  for (const user of users) for (const [name, needed] of needs) if (needed.includes(user)) users.add(name);
  users.delete('hypernodes');
  return [...users].sort();
}

async function packagesIn(modules: string): Promise<string[]> {
  const names = await readdir(modules).catch(() => []);
  const scoped = names.filter((name) => name.startsWith('@'));
  const within = await Promise.all(
    scoped.map(async (scope) => (await readdir(join(modules, scope))).map((name) => `${scope}/${name}`)),
  );
  return [...names.filter((name) => !name.startsWith('@') && !name.startsWith('.')), ...within.flat()];
}

async function needsOf(folder: string): Promise<readonly string[]> {
  try {
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Readonly<
      Record<'dependencies' | 'peerDependencies' | 'optionalDependencies', object | undefined>
    >;
    const { dependencies, peerDependencies, optionalDependencies } = manifest;
    return Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
  } catch {
    // No package, or one that Node could not read either.
    return [];
  }
}
