import type { Provider } from 'hypernodes/remote';
import { afterAll, beforeAll } from 'vitest';
import type { ProviderUnderTest } from './describe-provider.ts';

/** One provider for a group of tests, closed after it. */
export function withProvider(make: () => ProviderUnderTest | Promise<ProviderUnderTest>): () => Provider {
  let made: ProviderUnderTest | undefined;
  beforeAll(async () => {
    made = await make();
  });
  afterAll(async () => {
    await made?.provider.close();
    await made?.release?.();
  });
  return () => made!.provider;
}
