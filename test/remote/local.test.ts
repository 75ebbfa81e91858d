import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalProvider } from 'hypernodes/remote';
import { describeProvider } from './conformance/describe-provider.ts';

describeProvider(
  'LocalProvider',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'hypernodes-test-'));
    const provider = new LocalProvider({ cacheFolder: join(folder, 'cache'), dataFolder: join(folder, 'data') });
    return { provider, release: async () => rmSync(folder, { recursive: true, force: true }) };
  },
  { volumePath: '/hypernodes-test-volume', memoryLimit: 160 },
);
