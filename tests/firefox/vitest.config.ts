import { defineConfig } from 'vitest/config';

/** The reader's tests in Firefox: one after the other, in one browser, on the site as it was built last. */
export default defineConfig({
  test: {
    include: ['tests/firefox/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    maxWorkers: 1,
  },
});
