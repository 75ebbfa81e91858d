import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The built package is what users get; tests import it through its own `exports` map.
    server: { deps: { external: [/\/dist\//] } },
    dangerouslyIgnoreUnhandledErrors: false,
    // Many tests wait for processes: the default leaves one core idle.
    maxWorkers: '100%',
    // Limits are for what hangs: a machine that is busy takes its time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000, interval: 50 } },
  },
});
