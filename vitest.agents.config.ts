import {basename} from 'node:path';
import {defineConfig} from 'vitest/config';
import {BaseSequencer, type TestSpecification} from 'vitest/node';

/** Cline starts slowest: its files go first, so that none of them is left to run alone at the end. */
class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = ['cline-2', 'cline-3', 'claude', 'rig'];
    const rank = ({moduleId}: TestSpecification) =>
      order.findIndex((name) => basename(moduleId).startsWith(name));
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/agents/**/*.test.ts'],
    globalSetup: ['test/agents/setup.ts'],
    testTimeout: 240_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    sequence: {sequencer: SlowestFirst},
  },
});
