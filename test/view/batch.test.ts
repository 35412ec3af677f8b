import {describe, expect, it} from 'vitest';
import {BatchView, type TaskEnd} from '../../src/view/batch.ts';
import type {TerminalStream} from '../../src/view/terminal.ts';
import type {Verbosity} from '../../src/view/transcript.ts';
import {ManualClock} from '../support/manual-clock.ts';
import {event, runStarted, says, toolCall} from './events.ts';
import {rendered} from './rendered.ts';
import {FastStream} from './streams.ts';

async function opened(more: {verbosity?: Verbosity; live?: boolean; rows?: number; total?: number} = {}) {
  const {verbosity = 'normal', live = false, total = 2} = more;
  const out: FastStream & TerminalStream = new FastStream();
  out.columns = 60;
  out.rows = more.rows ?? 24;
  const clock = new ManualClock();
  const view = await BatchView.create({out, clock, color: false, live, verbosity, total});
  return {out, clock, view};
}

const end = (more: Partial<TaskEnd> = {}): TaskEnd => ({
  ending: 'verified',
  isGood: true,
  iterations: 2,
  durationMs: 62_000,
  costUsd: 0.5,
  session: 'abc',
  why: null,
  ...more,
});

const verdict = event({type: 'verdict', verdict: 'RETRY', reason: 'not yet', feedback: null, how: 'json'});

describe('a batch for people', () => {
  it('says what begins, what is sent back and how it ends, and whose it is', async () => {
    const {view, out} = await opened();
    const task = {line: 3, id: 'parser', task: 'fix the\nparser'};
    const {view: see, finish} = view.open(task);
    see(says('I will look.'));
    see(verdict);
    finish();
    view.ended(task, end());
    view.say(task, 'more');
    view.finish();
    expect(out.text.split('\n')).toEqual([
      '[3 parser] fix the parser',
      '[3 parser] verdict RETRY: not yet',
      '[3 parser] verified, after 2 iterations, 1:02, $0.5000, session abc',
      '[3 parser] more',
      '',
    ]);
  });

  it('gives the words of the agents in whole lines to those who ask for them', async () => {
    const {view, out} = await opened({verbosity: 'verbose'});
    const one = view.open({line: 1, id: null, task: 'one'});
    const two = view.open({line: 2, id: null, task: 'two'});
    one.view(says('I wi'));
    two.view(says('Me too.\nAnd '));
    one.view(says('ll.'));
    one.view(toolCall('1', 'Write a.txt', 0));
    two.view(says('x'.repeat(5000)));
    two.finish();
    one.finish();
    view.finish();
    const [, , ...lines] = out.text.split('\n');
    expect(lines.slice(0, 3)).toEqual(['[2] Me too.', '[1] I will.', '[1] → Write a.txt']);
    expect(lines[3]).toBe(`[2] And ${'x'.repeat(5000)}`);
  });

  it('says only what went wrong when it shall be quiet', async () => {
    const {view, out} = await opened({verbosity: 'quiet'});
    const task = {line: 1, id: null, task: 'one'};
    view.open(task).finish();
    view.ended(task, end());
    view.ended(task, end({ending: 'failed', isGood: false, iterations: 1, costUsd: null, why: 'it broke'}));
    expect(out.text).toBe('[1] failed, 1:02, session abc: it broke\n');
    expect(view.counts()).toBe('2 of 2 tasks: 1 verified, 1 failed');
  });

  it('has a live line for each task at work, and one that counts', async () => {
    const {view, out, clock} = await opened({live: true});
    const task = {line: 1, id: null, task: 'one'};
    const one = view.open(task);
    view.open({line: 2, id: null, task: 'two'});
    one.view(runStarted());
    clock.advance(2000);
    expect(rendered(out.text).slice(-4)).toEqual([
      expect.stringMatching(/^\[1\] worker claude · 0:01/),
      expect.stringMatching(/^\[2\] starting · 0:01/),
      '0 of 2 tasks',
      '',
    ]);
    one.finish();
    view.ended(task, end());
    clock.advance(1000);
    expect(rendered(out.text).slice(-3)).toEqual([
      expect.stringMatching(/^\[2\] starting/),
      '1 of 2 tasks: 1 verified',
      '',
    ]);
    view.finish();
  });

  it('takes no more lines than the terminal has', async () => {
    const {view, out, clock} = await opened({live: true, rows: 6, total: 9});
    for (let line = 1; line <= 9; line++) view.open({line, id: null, task: 'one'});
    clock.advance(2000);
    expect(rendered(out.text).slice(-5)).toEqual([
      expect.stringMatching(/^\[1\] /),
      expect.stringMatching(/^\[2\] /),
      'and 7 more at work',
      '0 of 9 tasks',
      '',
    ]);
    view.finish();
  });
});
