import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../..');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** What npm says of a package that it packed. */
interface Tarball {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly integrity: string;
  readonly shasum: string;
}

/** A registry of packages on this machine. */
export interface PackageRegistry extends AsyncDisposable {
  readonly url: string;
}

/** Offers hypernodes as it would be published, what it depends on, and these packages: each as it is installed here. */
export async function openRegistry(folder: string, others: readonly string[]): Promise<PackageRegistry> {
  const manifests = new Map<string, Manifest>();
  const add = (place: string): void => {
    if (manifests.has(place)) return;
    const manifest = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as Manifest;
    manifests.set(place, manifest);
    for (const name of Object.keys(manifest.dependencies ?? {})) add(installed(name, place));
  };
  add(root);
  for (const name of others) add(installed(name, root));

  // The package was built before the tests; its own scripts would build it again under the feet of the others.
  const parameters = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder, ...manifests.keys()];
  const { stdout } = await promisify(execFile)('npm', parameters, { cwd: root, maxBuffer: 64 * 2 ** 20 });
  const packed = JSON.parse(stdout) as readonly Tarball[];

  let url = '';
  const describe = (name: string) => {
    const versions = packed
      .filter((tarball) => tarball.name === name)
      .map(({ version, filename, integrity, shasum }) => {
        const manifest = [...manifests.values()].find((each) => each.name === name && each.version === version);
        return [version, { ...manifest, dist: { tarball: `${url}/-/${filename}`, integrity, shasum } }] as const;
      });
    if (versions.length === 0) return undefined;
    return { name, 'dist-tags': { latest: versions[0]![0] }, versions: Object.fromEntries(versions) };
  };
  const server = createServer(({ url: address = '' }, response) => {
    const path = decodeURIComponent(address).slice(1);
    const tarball = packed.find(({ filename }) => path === `-/${filename}`);
    const description = describe(path);
    if (tarball === undefined && description === undefined) response.statusCode = 404;
    response.end(tarball ? readFileSync(join(folder, tarball.filename)) : JSON.stringify(description ?? {}));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Where a package finds another one: in the nearest `node_modules`. */
function installed(name: string, from: string): string {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name);
    if (existsSync(place)) return place;
  }
  throw new Error(`${name} is not installed: run npm ci`);
}
