import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The built package is what users get; tests import it through its own `exports` map.
    server: { deps: { external: [/\/dist\//] } },
    dangerouslyIgnoreUnhandledErrors: false,
    testTimeout: 30_000,
  },
});
