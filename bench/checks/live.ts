/** What an agent says is seen at once: on the view callback, and, with the real Claude Code, on the terminal. */
import {claudeLatenciesMs} from '../live/claude.ts';
import {comparePty} from '../live/pty.ts';
import {percentile, rounded} from '../stats.ts';
import {defineCheck} from './check.ts';

const TARGET = {p50Ratio: 2, p99Ratio: 5, claudeP95Ms: 100};

export const live = defineCheck({
  full: {events: 6000, claudeChunks: 400},
  reduced: {events: 3000, claudeChunks: 60},
  async measure({events, claudeChunks}, progress) {
    const {oneshot, bare} = await comparePty(events);
    progress(`PTY: oneshot ${JSON.stringify(oneshot)}, bare ${JSON.stringify(bare)}`);
    const claudeMs = await claudeLatenciesMs(claudeChunks);
    const claude = {
      count: claudeMs.length,
      p50Ms: percentile(claudeMs, 0.5),
      p95Ms: percentile(claudeMs, 0.95),
    };
    progress(`Claude: ${JSON.stringify(claude)}`);
    const p50Ratio = oneshot.p50Ms / bare.p50Ms;
    const p99Ratio = oneshot.p99Ms / bare.p99Ms;
    const complete = oneshot.count === events && bare.count === events && claude.count === claudeChunks;
    return {
      runs: oneshot.count + claude.count,
      value: {
        p50Ratio: rounded(p50Ratio),
        p99Ratio: rounded(p99Ratio),
        claudeP95Ms: rounded(claude.p95Ms, 1),
      },
      target: TARGET,
      ok:
        complete &&
        p50Ratio <= TARGET.p50Ratio &&
        p99Ratio <= TARGET.p99Ratio &&
        claude.p95Ms <= TARGET.claudeP95Ms,
      oneshotMs: {p50: rounded(oneshot.p50Ms, 3), p99: rounded(oneshot.p99Ms, 3)},
      bareMs: {p50: rounded(bare.p50Ms, 3), p99: rounded(bare.p99Ms, 3)},
      claudeMs: {p50: rounded(claude.p50Ms, 1), max: rounded(Math.max(...claudeMs), 1)},
    };
  },
});
