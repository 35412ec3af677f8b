import {defineConfig} from 'tsdown';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'event-schema': 'src/event-schema.ts',
    'cli/main': 'src/cli/main.ts',
    'cli/demo-agent': 'src/cli/demo-agent.ts',
    'cli/guard': 'src/cli/guard.ts',
    'cli/direct': 'src/cli/direct.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  outExtensions: () => ({js: '.js', dts: '.d.ts'}),
  dts: true,
  sourcemap: false,
  clean: true,
});
