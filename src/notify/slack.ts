/** The ending as a message for an incoming webhook of Slack. */
import {oneLine} from '../text.ts';
import type {EndingReport} from './ending.ts';

const MAX_TASK_CHARS = 200;
const MAX_REASON_CHARS = 500;

export function slackMessage({ending, iterations, reason, task, session, costUsd}: EndingReport): {
  text: string;
} {
  const rounds = `${iterations} ${iterations === 1 ? 'iteration' : 'iterations'}`;
  const cost = costUsd === null ? '' : `, $${costUsd.toFixed(2)}`;
  const lines = [
    `oneshot: ${ending} after ${rounds}${cost}`,
    `Task: ${oneLine(task ?? '', MAX_TASK_CHARS)}`,
    `Reason: ${oneLine(reason, MAX_REASON_CHARS)}`,
    `Session: ${session}`,
  ];
  return {text: escaped(lines.join('\n'))};
}

/** The three characters that Slack takes for its own: links, mentions and entities begin with them. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
