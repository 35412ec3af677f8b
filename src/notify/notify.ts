/** Tells others how a session has ended. Whatever becomes of it, the session's end stays what it is. */
import type {EndingReport} from './ending.ts';
import {type OnEndContext, runOnEnd} from './on-end.ts';
import type {NotifyOptions} from './options.ts';
import {type PostContext, post} from './post.ts';
import {slackMessage} from './slack.ts';

export interface NotifyContext extends OnEndContext, PostContext {
  /** What could not be told, one sentence without the commands and the URL, which may hold secrets. */
  onProblem(problem: string): void;
}

/** Settles when everybody has been told or will not be. Never rejects. */
export async function notify(
  report: EndingReport,
  options: NotifyOptions,
  context: NotifyContext,
): Promise<void> {
  await Promise.all([runCommands(report, options, context), postReport(report, options, context)]);
}

async function runCommands(
  report: EndingReport,
  {onEnd}: NotifyOptions,
  context: NotifyContext,
): Promise<void> {
  for (const [index, command] of onEnd.entries()) {
    if (context.stop.aborted) return;
    const problem = await runOnEnd(command, report, context);
    const which = onEnd.length === 1 ? '' : ` ${index + 1}`;
    if (problem !== null) context.onProblem(`--on-end command${which} ${problem}`);
  }
}

async function postReport(
  report: EndingReport,
  {notifyUrl, notifyFormat}: NotifyOptions,
  context: NotifyContext,
): Promise<void> {
  if (notifyUrl === null) return;
  const body = notifyFormat === 'slack' ? slackMessage(report) : report;
  const problem = await post(notifyUrl, body, context);
  if (problem !== null) context.onProblem(`the notification to ${new URL(notifyUrl).host} ${problem}`);
}
