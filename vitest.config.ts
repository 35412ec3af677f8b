import {availableParallelism} from 'node:os';
import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/agents/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // They mostly wait for the programs that they start.
    maxWorkers: Math.max(2, availableParallelism()),
    coverage: {
      provider: 'v8',
      reporter: ['text'],
      include: [
        'src/transport/**',
        'src/frame/**',
        'src/activity/**',
        'src/executor/**',
        'src/direct/**',
        'src/metrics/**',
        'src/telemetry/**',
        'src/fields.ts',
        'src/run.ts',
        'src/run/**',
        'src/session/{append-file,event-line,file-log,fold-log,list,list-index,lock,log-file,open,read,remove,reopen,shape,snapshot,status,unwritable,write-block}.ts',
        'src/session/follow.ts',
        'src/view/asciicast.ts',
        'src/view/markdown.ts',
        'src/view/metrics-lines.ts',
        'src/view/rhythm.ts',
        'src/view/{session-list,summary,summary-lines}.ts',
        'src/loop/prompts/**',
        'src/loop/verdict{,-criteria,-denial,-objects,-passages,-place}.ts',
      ],
      thresholds: {lines: 100, branches: 100},
    },
  },
});
