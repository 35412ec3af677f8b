import {defineConfig, type UserConfig} from 'tsdown';

const common: UserConfig = {
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  outExtensions: () => ({js: '.js', dts: '.d.ts'}),
  sourcemap: false,
  clean: true,
};

/**
 * Each of these by itself: what is loaded at every start is as few files as can be, since each file costs up to a
 * millisecond, and nothing that is not needed.
 */
export default defineConfig([
  {
    ...common,
    entry: {
      index: 'src/index.ts',
      core: 'src/core.ts',
      'event-schema': 'src/event-schema.ts',
      telemetry: 'src/telemetry/view.ts',
    },
    dts: true,
  },
  {
    ...common,
    entry: {'cli/main': 'src/cli/main.ts', 'cli/start': 'src/cli/start.ts'},
    dts: false,
    outputOptions: {
      codeSplitting: {
        groups: [
          // All that `--version` needs.
          {name: 'cli/version', test: /src\/(cli\/)?version\.ts$/, priority: 4},
          // What every other command line needs.
          {name: 'cli/command-line', tags: ['$initial'], test: /^(?!.*cli\/main\.ts$)/, priority: 3},
          // What looks at sessions, with what that needs in turn.
          {name: 'cli/sessions', test: /cli\/list-command\.ts$/, priority: 2},
          // All that makes a run.
          {name: 'cli/run', test: /cli\/exec-command\.ts$/, priority: 1},
          // What several commands share: mostly the loop.
          {name: 'cli/loop', minShareCount: 3, priority: 0},
        ],
      },
    },
  },
  {...common, entry: {'cli/demo-agent': 'src/cli/demo-agent.ts'}, dts: false},
  {...common, entry: {'cli/guard': 'src/cli/guard.ts'}, dts: false},
  {...common, entry: {'cli/direct': 'src/cli/direct.ts'}, dts: false},
]);
