import {HtmlRenderer, type Node, Parser} from 'commonmark';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {AgentPlan, OneshotEvent} from '../../src/event.ts';
import {DEFAULT_RULES} from '../../src/loop/options.ts';
import {MarkdownLog} from '../../src/view/markdown.ts';
import {checkFinished, event, runFinished, runRetry, runStarted, says, toolCall} from './events.ts';

const sessionStarted = (task: string | null, more = {}) =>
  event(
    {
      type: 'session_started',
      task,
      cwd: '/work',
      maxIterations: 3,
      audit: true,
      worker: null,
      auditor: null,
      fallback: null,
      rules: null,
      oneshotVersion: '1.2.3',
      nodeVersion: '20',
      platform: 'linux',
      ...more,
    },
    {role: null, source: 'runner', iteration: 0, at: Date.UTC(2026, 10, 25, 15, 12, 27)},
  );

const iterationStarted = (iteration: number) =>
  event({type: 'iteration_started', maxIterations: 3}, {iteration, role: null, source: 'runner'});

const verdict = (word: 'DONE' | 'RETRY' | null, reason: string, feedback: string | null) =>
  event({type: 'verdict', verdict: word, reason, feedback, how: 'json'}, {role: 'auditor', source: 'runner'});

const ended = (reason: string) =>
  event(
    {type: 'session_finished', ending: 'verified', reason, text: 'x', iterations: 1},
    {role: null, source: 'runner'},
  );

const prints = (text: string) => event({type: 'unparsed', reason: 'text', text});

function written(...events: OneshotEvent[]): string {
  const log = new MarkdownLog();
  return events.map((one) => log.add(one)).join('') + log.end();
}

describe('the readable log', () => {
  it('has the command of a check', () => {
    const check = (argv: string[]) => runStarted({executor: 'command', argv}, {role: 'check'});
    const text = written(sessionStarted('t'), iterationStarted(1), check(['/bin/sh', '-c', 'npm test']));
    expect(text).toContain('### Check\n\n`npm test`');
    expect(written(sessionStarted('t'), iterationStarted(1), check([]))).toContain('### Check');
  });

  it('tells a session from the task to its end', () => {
    const text = written(
      sessionStarted('Fix the bug.\n\nAnd test it.'),
      iterationStarted(1),
      runStarted(),
      says('I will '),
      says('look.\nThen fix it.'),
      toolCall('1', 'Bash npm test', 1000, 'execute'),
      event({type: 'tool_call_update', toolCallId: '1', status: 'completed'}, {at: 1500}),
      toolCall('2', 'Edit a.ts', 2000),
      event(
        {
          type: 'tool_call_update',
          toolCallId: '2',
          status: 'failed',
          content: [{type: 'text', text: 'no such `file`'}],
        },
        {at: 2100},
      ),
      says('Done.', 'm2'),
      says('Really.', 'm3'),
      runFinished({}, {at: 3000}),
      runStarted({agentVersion: null, model: 'big'}, {role: 'auditor'}),
      verdict('RETRY', 'not yet', 'add\na test'),
      ended('all is well'),
    );
    expect(text).toBe(`
# Session \`s\`

Began 2026-11-25 15:12:27 UTC in \`/work\`, recorded by oneshot \`1.2.3\`.

Task:

    Fix the bug.

    And test it.

## Iteration 1 of 3

### Worker

\`claude 2.1.197, permission mode agent, pty\`

    I will look.
    Then fix it.

\`→ Bash npm test\`

\`✓ Bash npm test (0.5 s)\`

\`→ Edit a.ts\`

\`\` ✗ Edit a.ts (0.1 s) failed: no such \`file\` \`\`

    Done.

    Really.

\`worker completed (3.0 s)\`

### Auditor

\`claude, big, permission mode agent, pty\`

### Verdict: RETRY

    not yet

Feedback:

    add
    a test

## Ended: verified

    all is well
`);
  });

  it('tells of a program, what it printed in one block', () => {
    const text = written(
      sessionStarted(null),
      runStarted({argv: ['npm', 'test']}),
      prints('one'),
      prints(''),
      prints('two'),
      event({type: 'unparsed', reason: 'oversized'}),
      prints('three'),
    );
    expect(text.slice(text.indexOf('## Program'))).toBe(`## Program

\`npm test\`

    one

    two

\`a frame larger than --max-frame was not read\`

    three
`);
  });

  it('tells of checks and of runs that were made again', () => {
    const check = runStarted({executor: 'command', argv: ['/bin/sh', '-c', 'npm test']}, {role: 'check'});
    const printed = event({type: 'unparsed', reason: 'text', text: '# 2 failed'}, {role: 'check'});
    const end = runFinished({outcome: 'failed', reason: 'exit code 1'}, {role: 'check', at: 1500});
    expect(written(runRetry(), runRetry({how: 'fallback', executor: 'cline', delayMs: 0}))).toBe(
      '\n`run again, 1 of 2, in 5.0 s: exit code 3`\n\n`cline takes over: exit code 3`\n',
    );
    expect(written(check, printed, end, checkFinished())).toBe(
      '\n### Check\n\n`npm test`\n\n    # 2 failed\n\n`check red: npm test (1.5 s): exit code 1: 2 failed`\n',
    );
  });

  it('tells that a session went on', () => {
    const resumed = {maxIterations: 5, worker: plan, auditor: null};
    const versions = {
      fallback: null,
      rules: DEFAULT_RULES,
      oneshotVersion: '1',
      nodeVersion: '20',
      platform: 'linux',
    };
    const more = (instructions: string | null) =>
      event({type: 'session_resumed', from: 'interrupted', instructions, ...resumed, ...versions});
    expect(written(more(null))).toBe('\n## Resumed\n\n1970-01-01 00:00:00 UTC: `interrupted`\n');
    expect(written(more('and more'))).toContain('\n\nAdded to the task:\n\n    and more\n');
  });

  it('has a word where there is nothing to say, and for times that are none', () => {
    expect(written(verdict(null, ' \u001b[31m\n', null))).toBe('\n### Verdict: unclear\n\n(nothing)\n');
    expect(written(runStarted({argv: ['', '']}))).not.toContain('Program');
    expect(written({...sessionStarted(null, {cwd: ''}), at: Number.MAX_SAFE_INTEGER})).toContain(
      'Began at an unknown time in (nothing)',
    );
  });

  it('comes in whole lines as they end', () => {
    const log = new MarkdownLog();
    expect(log.add(says('a'))).toBe('');
    expect(log.add(says('b\nc'))).toBe('\n    ab\n');
    expect(log.add(says('d\n'))).toBe('    cd\n');
    expect(log.end()).toBe('');
    expect(
      log.add(event({type: 'usage_update', inputTokens: 1, outputTokens: 1, costUsd: null, turns: null})),
    ).toBe('');
  });

  it('breaks a line that does not end', () => {
    const log = new MarkdownLog();
    let text = '';
    for (let count = 0; count < 10; count++) text += log.add(says('x'.repeat(30_000)));
    expect(text.length).toBeGreaterThan(200_000);
    expect(log.end().length).toBeLessThan(70_000);
  });
});

const plan: AgentPlan = {
  executor: 'claude',
  adapter: 'claude',
  model: null,
  permissionMode: 'agent',
  agentArgs: [],
};

/** What is in the document beside text: the kinds of its nodes, in order. */
function shape(markdown: string): string[] {
  const walker = new Parser().parse(markdown).walker();
  const kinds: string[] = [];
  for (let step = walker.next(); step; step = walker.next()) {
    const {entering, node}: {entering: boolean; node: Node} = step;
    if (entering && !['text', 'softbreak', 'code_block'].includes(node.type)) {
      kinds.push(node.type === 'heading' ? `heading ${node.level}` : node.type);
    }
  }
  return kinds;
}

const HOSTILE = [
  '```',
  '~~~',
  '\n',
  '\n\n',
  '# heading',
  '    ',
  '<script>',
  '<!--',
  '-->',
  '`',
  '``',
  '[a]: http://x',
  '[a]',
  '- item',
  '> quote',
  '***',
  '---',
  '\t',
  '\r',
  '\u001b[31m',
  '\u2028',
  '&lt;',
  '\\',
  '|',
  '<',
  ' ',
  'word',
];

const hostile = fc.array(fc.constantFrom(...HOSTILE), {maxLength: 30}).map((parts) => parts.join(''));

describe('no text of the agent breaks the document', () => {
  const told = (text: string) =>
    written(
      sessionStarted(text),
      iterationStarted(1),
      runStarted({model: text, agentVersion: text, argv: [text]}),
      says(text),
      toolCall('1', `Bash x${text}`, 0, 'execute'),
      says(`x${text}`, 'm2'),
      prints(text),
      verdict('DONE', text, text),
      ended(text),
    );

  it('whatever it is', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const kinds = shape(told(text)).filter((kind) => !['paragraph', 'code', 'document'].includes(kind));
        expect(kinds).toEqual(['heading 1', 'heading 2', 'heading 3', 'heading 3', 'heading 2']);
      }),
      {numRuns: 500},
    );
  });

  it('and none of it is markup', () => {
    const text = '<img src=x onerror=alert(1)>\n\n<script>alert(1)</script>\n```\n# x';
    const html = new HtmlRenderer().render(new Parser().parse(told(text)));
    expect(html).not.toMatch(/<(img|script)/);
    expect(html.match(/<h1>/g)).toHaveLength(1);
  });
});
