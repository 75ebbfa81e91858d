import { env as environment } from 'node:process';
import { node, Pipeline } from 'hypernodes';
import { MemoryCache } from 'hypernodes/cache';
import { afterEach, describe, expect, it } from 'vitest';
import { codeIdentity } from '../../src/identity/index.ts';

const NAME = 'HYPERNODES_TEST_URL';
afterEach(() => {
  delete process.env[NAME];
  delete process.env.HYPERNODES_DECLARED_ENV;
});
const withUrl = <T>(url: string | undefined, make: () => T): T => {
  if (url === undefined) delete process.env[NAME];
  else process.env[NAME] = url;
  return make();
};

describe('what code reads of the environment', () => {
  const helper = (): string | undefined => process.env.HYPERNODES_TEST_URL;
  const { env } = process;

  it.each<[string, () => unknown]>([
    ['by name', () => process.env.HYPERNODES_TEST_URL],
    ['in a helper', () => helper()],
    ['by a name that is captured', () => process.env[NAME]],
    ['of what was captured', () => env.HYPERNODES_TEST_URL],
    ['of what was imported', () => environment.HYPERNODES_TEST_URL ?? 'none'],
    ['of the global object', () => globalThis.process.env.HYPERNODES_TEST_URL?.length],
    [
      'taken apart',
      () => {
        const { HYPERNODES_TEST_URL: url = 'none' } = process.env;
        return url;
      },
    ],
    [
      'under another name',
      () => {
        const { env: all } = process;
        return [all.HYPERNODES_TEST_URL, all.PATH];
      },
    ],
    ['as to whether it is there', () => 'HYPERNODES_TEST_URL' in process.env],
  ])('is part of it: %s', (_, fn) => {
    const identity = (url: string | undefined) => withUrl(url, () => codeIdentity(fn));
    const [none, one, other] = [identity(undefined), identity('http://one'), identity('http://other')];
    expect(one.unidentified).toEqual([]);
    expect(new Set([none.digest, one.digest, other.digest]).size).toBe(3);
    expect(identity('http://one').digest).toBe(one.digest);
    expect(one.parts).toHaveProperty([`${NAME} (env)`]);
    // Values may be secrets.
    expect(JSON.stringify(one)).not.toContain('http://one');
  });

  it.each<[string, () => unknown]>([
    ['what it sets itself', () => (process.env.HYPERNODES_TEST_URL = 'mine')],
    ['other variables', () => process.env.PATH],
  ])('does not make a part of: %s', (_, fn) => {
    const identity = (url: string) => withUrl(url, () => codeIdentity(fn).digest);
    expect(identity('http://one')).toBe(identity('http://other'));
  });

  it.each(['HYPERNODES_TEST_API_KEY', 'HYPERNODES_SESSION_TOKEN', 'HYPERNODES_DB_PASSWORD', 'HYPERNODES_SECRET'])(
    'is no part of it when it is called like a credential: %s',
    (name) => {
      const read = new Function(`return () => process.env.${name}`)() as () => unknown;
      const identity = (value: string) => {
        process.env[name] = value;
        return codeIdentity(read);
      };
      const [one, other] = [identity('one'), identity('other')];
      delete process.env[name];
      expect(one.unidentified).toEqual([]);
      expect(other.digest).toBe(one.digest);
      expect(Object.keys(one.parts)).not.toContain(`${name} (env)`);
    },
  );

  it('hides nothing of the code that runs where the variable is another one', () => {
    const make = (n: number) => new Function(`return () => process.env.${NAME} ? ${n} : 0`)() as () => number;
    expect(codeIdentity(make(1)).digest).not.toBe(codeIdentity(make(2)).digest);
  });

  it('runs what reads it, when it is another one, and says so', async () => {
    const url = node('url', ({ path }: { path: string }) => `${process.env.HYPERNODES_TEST_URL}${path}`);
    const p = new Pipeline({ nodes: [url], cache: new MemoryCache() });
    const run = (host: string) => withUrl(host, () => p.run({ path: '/a' }));
    expect(await run('http://one')).toEqual({ url: 'http://one/a' });
    expect(await run('http://other')).toEqual({ url: 'http://other/a' });
    expect((await withUrl('http://one', () => p.plan({ path: '/a' }))).nodes[0]).toMatchObject({ state: 'hit' });
    const { nodes } = await withUrl('http://third', () => p.explain({ path: '/a' }));
    expect(nodes[0]?.changed).toEqual([expect.objectContaining({ part: 'env', name: NAME, file: undefined })]);
  });

  it('counts in a container only where it was declared for it', () => {
    const fn = () => process.env.HYPERNODES_TEST_URL;
    const identity = (url: string, declared: string) =>
      withUrl(url, () => {
        process.env.HYPERNODES_DECLARED_ENV = declared;
        return codeIdentity(new Function(`return ${String(fn)}`)()).digest;
      });
    expect(identity('secret', 'OTHER')).toBe(identity('other secret', 'OTHER'));
    expect(identity('http://one', `OTHER,${NAME}`)).not.toBe(identity('http://other', `OTHER,${NAME}`));
  });
});
