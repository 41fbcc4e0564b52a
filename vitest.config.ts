import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: { 'two-checkboxes': fileURLToPath(new URL('./sandbox/lab/index.ts', import.meta.url)) },
  },
  test: {
    include: ['{sandbox,src,scripts,lessons}/**/*.test.ts'],
    testTimeout: 60_000,
    maxWorkers: 2,
  },
});
