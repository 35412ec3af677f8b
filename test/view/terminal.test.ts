import {describe, expect, it} from 'vitest';
import {createTerminalView, type StatusTimes, type TerminalStream} from '../../src/view/terminal.ts';
import {ManualClock} from '../support/manual-clock.ts';
import {event, runStarted, says, toolCall} from './events.ts';
import {rendered} from './rendered.ts';
import {FailingStream, FastStream, SlowStream} from './streams.ts';

function terminal(out: TerminalStream, more: {live?: boolean; columns?: number; times?: StatusTimes} = {}) {
  const clock = new ManualClock();
  if (more.columns) out.columns = more.columns;
  const options = {
    out,
    color: false,
    live: more.live ?? false,
    clock,
    verbosity: 'normal',
    agentOutput: true,
    ...(more.times && {times: more.times}),
  } as const;
  return createTerminalView(options).then((view) => ({...view, clock}));
}

describe('the terminal view on a file or a pipe', () => {
  it('writes text as it comes, and each line on a line of its own', async () => {
    const out = new FastStream();
    const {view, finish} = await terminal(out);
    view(says('I will '));
    expect(out.text).toBe('I will ');
    view(says('write.'));
    view(toolCall('1', 'Write a.txt', 0));
    view(says('Done.\n'));
    finish();
    expect(out.text).toBe('I will write.\n→ Write a.txt\nDone.\n');
  });

  it('draws no status line and sets no timer', async () => {
    const {clock} = await terminal(new FastStream());
    expect(clock.pendingMs()).toEqual([]);
  });

  it('lets the run go on when the terminal is gone', async () => {
    const out = new FailingStream('EIO');
    const {view, finish} = await terminal(out);
    for (let count = 0; count < 10; count++) {
      view(says('x'));
      await new Promise(setImmediate);
    }
    finish();
    expect(out.destroyed || out.errored !== null).toBe(true);
  });

  it('leaves output out on a slow terminal, holds little, and says so', async () => {
    const out = new SlowStream();
    const {view, finish} = await terminal(out);
    const text = 'x'.repeat(60_000);
    for (let count = 0; count < 100; count++) view(says(text));
    expect(out.writableLength).toBeLessThan(1_200_000);
    while (out.take());
    view(says('later'));
    finish();
    while (out.take());
    expect(out.taken.length).toBeLessThan(1_300_000);
    expect(out.taken).toMatch(/\[the terminal is slow: .*\]\nlater\n$/);
  });

  it('never leaves out a warning', async () => {
    const out = new SlowStream();
    const {view} = await terminal(out);
    for (let count = 0; count < 100; count++) view(says('x'.repeat(60_000)));
    view(event({type: 'note', level: 'warning', code: 'IMPORTANT', text: 'look'}));
    while (out.take());
    expect(out.taken).toContain('IMPORTANT: look');
  });
});

describe('the terminal view on a terminal', () => {
  it('shows the status line under the text, with the time since the last activity', async () => {
    const out = new FastStream();
    const {view, clock, finish} = await terminal(out, {live: true, columns: 100});
    view(runStarted());
    clock.advance(16);
    view(event({type: 'usage_update', inputTokens: 1200, outputTokens: 30, costUsd: null, turns: null}));
    clock.advance(16);
    view(says('Working'));
    clock.advance(3000);
    expect(rendered(out.text).filter(Boolean)).toEqual([
      'worker: claude 2.1.197, permission mode agent, pty',
      'Working',
      'worker claude · 0:03 · last activity 3.0 s ago · 1.2k tokens in · 30 out',
    ]);
    finish();
    expect(rendered(out.text).filter(Boolean)).toEqual([
      'worker: claude 2.1.197, permission mode agent, pty',
      'Working',
    ]);
  });

  it('names the tool that is at work and for how long', async () => {
    const out = new FastStream();
    const {view, clock} = await terminal(out, {live: true, columns: 100});
    view(toolCall('1', 'Bash npm test', 0, 'execute'));
    clock.advance(12_000);
    expect(rendered(out.text).filter(Boolean).at(-1)).toMatch(/ · Bash npm test \(12 s\)$/);
    view(event({type: 'tool_call_update', toolCallId: '1', status: 'completed'}));
    clock.advance(1000);
    expect(rendered(out.text).filter(Boolean).at(-1)).not.toContain('Bash');
  });

  it('breaks a long line at a space, also where the words came in pieces', async () => {
    const out = new FastStream();
    const {view, clock, finish} = await terminal(out, {live: true, columns: 20});
    for (const piece of [
      'The quick bro',
      'wn fox jumps over t',
      'he lazy dog ',
      'abcdefghijklmnopqrstuvwxyz',
    ]) {
      view(says(piece));
      clock.advance(20);
    }
    finish();
    expect(rendered(out.text).filter(Boolean)).toEqual([
      'The quick brown fox',
      'jumps over the lazy',
      'dog',
      'abcdefghijklmnopqrst',
      'uvwxyz',
    ]);
  });

  it('draws at most one frame in 16 ms', async () => {
    const out = new FastStream();
    const {view, clock} = await terminal(out, {live: true, columns: 100});
    for (let count = 0; count < 1000; count++) view(says('x\n'));
    expect(out.chunks).toHaveLength(1);
    clock.advance(16);
    expect(out.chunks).toHaveLength(2);
    expect(rendered(out.text).filter((line) => line === 'x')).toHaveLength(1000);
  });

  it('leaves frames out on a slow terminal and holds little', async () => {
    const out = new SlowStream();
    const {view, clock, finish} = await terminal(out, {live: true, columns: 100});
    for (let count = 0; count < 100; count++) {
      view(says(`${'y'.repeat(59_999)}\n`));
      clock.advance(16);
    }
    view(event({type: 'note', level: 'warning', code: 'IMPORTANT', text: 'look'}));
    for (let count = 0; count < 100; count++) view(says(`${'z'.repeat(59_999)}\n`));
    expect(out.writableLength).toBeLessThan(2_200_000);
    while (out.take());
    finish();
    while (out.take());
    expect(out.taken).toMatch(/\[\d+ lines were left out: the terminal is slow\]/);
    expect(out.taken).toContain('IMPORTANT: look');
  });

  it('counts by the times of the session where it is shown later', async () => {
    const out = new FastStream();
    const times = {of: ({at}: {at: number}) => at, now: () => 70_000};
    const {view, clock, finish} = await terminal(out, {live: true, columns: 100, times});
    const began = {task: 'x', cwd: '/', maxIterations: 1, audit: true, worker: null, auditor: null};
    const versions = {fallback: null, rules: null, oneshotVersion: '1', nodeVersion: '20', platform: 'linux'};
    view(event({type: 'session_started', ...began, ...versions}, {at: 10_000}));
    view(runStarted({}, {at: 20_000}));
    view({...says('x'), at: 65_000});
    clock.advance(16);
    expect(rendered(out.text).filter(Boolean).at(-1)).toBe('worker claude · 1:00 · last activity 5.0 s ago');
    finish();
  });

  it('leaves nothing out, however much comes at once, while the terminal takes it', async () => {
    const out = new FastStream();
    const {view, finish} = await terminal(out, {live: true, columns: 100});
    for (let count = 0; count < 100; count++) view(says(`${'@'.repeat(59_999)}\n`));
    finish();
    expect(out.text.match(/@/g)).toHaveLength(100 * 59_999);
    expect(out.text).not.toContain('left out');
  });

  it('sets no timer once it is finished', async () => {
    const {clock, finish} = await terminal(new FastStream(), {live: true});
    expect(clock.pendingMs()).toEqual([1000]);
    finish();
    expect(clock.pendingMs()).toEqual([]);
  });
});
