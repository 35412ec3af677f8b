import {expect, it} from 'vitest';
import {slackMessage} from '../../src/notify/slack.ts';
import {REPORT} from './report.ts';

it('a message for Slack says what matters and mentions nobody', () => {
  expect(slackMessage({...REPORT, reason: '<!channel> see\n\u001b[2J<https://x|y>'})).toEqual({
    text: [
      'oneshot: verified after 2 iterations, $1.23',
      'Task: paint &lt;the&gt; shed &amp; door',
      'Reason: &lt;!channel&gt; see &lt;https://x|y&gt;',
      'Session: 20260101-000000-abcdef',
    ].join('\n'),
  });
});

it('a message for Slack leaves out a cost that nobody knows, and is short', () => {
  const {text} = slackMessage({
    ...REPORT,
    costUsd: null,
    iterations: 1,
    task: 'x'.repeat(9000),
    reason: 'y'.repeat(9000),
  });
  expect(text).toMatch(/^oneshot: verified after 1 iteration\n/);
  expect(text.length).toBeLessThan(1000);
  expect(slackMessage({...REPORT, task: null}).text).toContain('\nTask: \n');
});
