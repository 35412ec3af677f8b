import {describe, expect, it} from 'vitest';
import {ClaudeNormalizer} from '../../src/executor/claude-normalizer.ts';
import {packageVersion} from '../../src/executor/locate.ts';
import {AgentOutput} from '../../src/executor/output.ts';

const output = () =>
  new AgentOutput(new ClaudeNormalizer(), {maxFrameBytes: 1024, baseOffsets: {stdout: 100, stderr: 7}});

describe('the output of an agent', () => {
  it('tells of each event which bytes it came from', () => {
    const streams = output();
    const events = [
      ...streams.feed('stdout', Buffer.from('one\nt')),
      ...streams.feed('stderr', Buffer.from('two\n')),
      ...streams.end(),
    ];
    expect(events).toEqual([
      {
        body: {type: 'unparsed', reason: 'text', text: 'one'},
        raw: {stream: 'stdout', offset: 100, length: 4},
      },
      {body: {type: 'unparsed', reason: 'text', text: 'two'}, raw: {stream: 'stderr', offset: 7, length: 4}},
      {body: {type: 'unparsed', reason: 'text', text: 't'}, raw: {stream: 'stdout', offset: 104, length: 1}},
    ]);
  });

  it('is as long as what came where nothing came before', () => {
    const streams = new AgentOutput(new ClaudeNormalizer(), {maxFrameBytes: 1024});
    streams.feed('stdout', Buffer.from('one\n'));
    expect(streams.feed('stdout', Buffer.from('two\n'))).toMatchObject([{raw: {offset: 4}}]);
  });

  it('remembers whether there was JSON on stdout', () => {
    const streams = output();
    streams.feed('stdout', Buffer.from('plain\n'));
    streams.feed('stderr', Buffer.from('{"level":"info"}\n'));
    expect(streams.sawStdoutJson).toBe(false);
    streams.feed('stdout', Buffer.from('{"type":"ping"}\n'));
    streams.feed('stdout', Buffer.from('plain\n'));
    expect(streams.sawStdoutJson).toBe(true);
  });

  it('remembers the end of stderr', () => {
    const streams = output();
    streams.feed('stderr', Buffer.from(`${'early\n'.repeat(30_000)}error: unknown option\n`));
    expect(streams.stderrTail).toHaveLength(64 * 1024);
    expect(streams.stderrTail.endsWith('early\nerror: unknown option\n')).toBe(true);
  });
});

describe('the version of a program', () => {
  it('that is gone by now is not known', async () => {
    expect(await packageVersion('/nowhere/at/all', 'no-such-package', () => false)).toBeNull();
  });
});
