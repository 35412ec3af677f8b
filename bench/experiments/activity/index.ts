/** Which signs of life tell work from a standstill? */
import {cellsOf, type Part, resultOf, runMatrix} from '../../activity/matrix.ts';
import {LIMITS, POLL_MS} from '../../activity/scenarios.ts';
import type {Trace} from '../../activity/trace.ts';
import {defineExperiment, type Plot, type Result} from '../experiment.ts';
import {barChart} from '../plot.ts';
import {KINDS, type Kind, kindOf} from './kinds.ts';
import {report} from './report.ts';

export interface ActivityData {
  limits: typeof LIMITS;
  pollMs: number;
  problems: string[];
  runs: Trace[];
}

export const activity = defineExperiment<{part: Part; atOnce: number}, ActivityData>({
  name: 'activity',
  title: 'Which signs of life tell work from a standstill?',
  question:
    'An agent that says nothing may be at work or stuck. Which of output, files and processes tell the two apart, and how soon?',
  method: [
    `The real agents (Claude Code 2.1.197, Cline 2.18.0, Cline 3.0.65) are run by \`run()\` against a scripted model on
loopback, two at a time. In one part of the scenarios they work and must be left alone; in the other they are stuck in some way
and must be stopped. The clocks are those of [timeouts.md](timeouts.md), scaled down: initial 20 s, idle 6 s, tool 12 s, looked
at every 1.5 s; files and processes are looked at every 0.5 s.`,
    `Each run is judged once as it happens, by all sources ("the judge"). What was seen, and when, is kept; then the same judge
is given the same run again, on a clock that is moved by hand, as if only some of the sources had been watched.`,
    `- **False alarm**: stopped while it worked, or before the limit that held had passed since the last sign of life of any kind.
- **Miss**: stuck and not stopped. **Late**: stopped later than its limit and one activity interval.
- **Accuracy**: the share of runs that were judged rightly, which is none of these.
- **Latency**: from the last sign of life of any kind, or the end of an announced wait, to the stop. **Over the limit**: by how
  much the longest was longer than the limit that held. A sign of life that is none makes a standstill look shorter than it is;
  so the time is also taken from the last act of the model, by the record of the model server.
- A single source knows only what it sees: without the output there is no tool call, no announced wait and no end.
- **Task files of Cline 2**: every second, the window of 6 s from there on is looked at. Did the model send text in it, by the
  record of the model server, and did the task files change in it? Not counted are windows in which the model was asked and sent
  nothing, and those at the very edge of which it was at work (1 s).`,
  ],
  counts: {full: {part: 'agents', atOnce: 2}, quick: {part: 'reduced', atOnce: 2}},
  async measure({part, atOnce}, {progress}) {
    const cells = cellsOf(part);
    let done = 0;
    const {traces, problems} = await runMatrix(cells, atOnce, (text) => progress(++done, cells.length, text));
    return {limits: LIMITS, pollMs: POLL_MS, problems, runs: traces.toSorted(byName)};
  },
  report,
  plots,
});

const byName = (a: Trace, b: Trace) => `${a.scenario} ${a.agent}`.localeCompare(`${b.scenario} ${b.agent}`);

/** The share of runs judged rightly, by kind of task and sources. */
function plots({data}: Result<ActivityData>): Record<string, Plot> {
  const {judgements} = resultOf(data.runs);
  const points = (Object.keys(KINDS) as Kind[]).flatMap((kind) =>
    Object.entries(judgements).map(([sources, all]) => {
      const of = all.filter(({scenario}) => kindOf(scenario) === kind);
      const right = of.filter(({verdict}) => verdict === 'right').length;
      return {kind, sources, right: (100 * right) / of.length};
    }),
  );
  const title = 'Runs judged rightly, by kind of task and signs of life';
  const spec = barChart({
    title,
    points,
    x: {field: 'right', title: 'judged rightly, %'},
    y: {field: 'kind', title: ''},
    color: 'sources',
  });
  return {activity: {title, spec}};
}
