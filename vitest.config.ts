import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/agents/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    coverage: {
      provider: 'v8',
      reporter: ['text'],
      include: [
        'src/transport/**',
        'src/frame/**',
        'src/activity/**',
        'src/executor/**',
        'src/supervision.ts',
        'src/run.ts',
        'src/loop/verdict.ts',
      ],
      thresholds: {lines: 100, branches: 100},
    },
  },
});
