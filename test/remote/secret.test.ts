import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from 'hypernodes/pack';
import { App, LocalProvider, type Provider, Secret } from 'hypernodes/remote';
import { afterAll, expect, it } from 'vitest';

const VALUE = 'value-that-nobody-sees-8d1f';
const folder = mkdtempSync(join(tmpdir(), 'hypernodes-secret-'));
const local = new LocalProvider({ cacheFolder: join(folder, 'cache'), dataFolder: join(folder, 'data') });
afterAll(async () => {
  await local.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The local provider, and all packed bytes that went through it. */
const sent: Uint8Array[] = [];
const watched: Provider = {
  name: local.name,
  deploy(definition, observer) {
    sent.push(definition.code);
    const deployment = local.deploy(definition, observer);
    return {
      get status() {
        return deployment.status;
      },
      call(request) {
        sent.push(request.args);
        return deployment.call(request);
      },
      spawn(request) {
        sent.push(request.args);
        return deployment.spawn(request);
      },
      close: () => deployment.close(),
    };
  },
  attach: (id) => local.attach(id),
  volume: (spec) => local.volume(spec),
  close: () => local.close(),
};

const holds = (bytes: Uint8Array, text: string): boolean =>
  (['latin1', 'utf16le'] as const).some((encoding) => Buffer.from(bytes).includes(text, 0, encoding));

it('values of secrets are in no payload, whoever holds them, and containers have them all the same', async () => {
  const secret = Secret.fromObject({ TOKEN: VALUE });
  const app = new App('secrets', { provider: watched, secrets: [secret] });
  const other = app.function({ name: 'other', secrets: [secret] }, () => process.env.TOKEN?.length);
  const reveal = app.function((given: Secret) => ({
    token: process.env.TOKEN?.length,
    captured: secret.toSpec(),
    given: given.toSpec(),
    held: app.name,
    callable: other.name,
  }));
  const nothing = { kind: 'values', values: {} };
  expect(await reveal.remote(secret)).toEqual({
    token: VALUE.length,
    captured: nothing,
    given: nothing,
    held: 'secrets',
    callable: 'other',
  });
  for (const value of [secret, app, other, [secret], () => [secret, app, other]]) sent.push(pack(value));
  expect(sent.length).toBeGreaterThan(6);
  expect(sent.filter((bytes) => holds(bytes, VALUE))).toEqual([]);
  expect(
    holds(
      pack(() => VALUE),
      VALUE,
    ),
  ).toBe(true);
});
