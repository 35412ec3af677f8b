import type {EndingReport} from '../../src/notify/ending.ts';

export const REPORT: EndingReport = {
  v: 1,
  session: '20260101-000000-abcdef',
  task: 'paint <the> shed & door',
  ending: 'verified',
  reason: 'It is red.',
  text: 'Grün gestrichen.',
  iterations: 2,
  exitCode: 0,
  costUsd: 1.234,
  durationMs: 61_000,
  cwd: '/work',
  dir: '/state/sessions/1',
  startedAt: 1_000,
  endedAt: 62_000,
};
