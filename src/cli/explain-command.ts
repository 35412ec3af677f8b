/** `oneshot explain`: why the runs of a session ended as they did, from its log alone. The explanation is stdout. */
import {findSession} from '../session/find.ts';
import {isDamaged, noGaps, readEvents} from '../session/read.ts';
import {stateDir} from '../session/state-dir.ts';
import {Explanation} from '../view/explain.ts';
import {explanationLines, nextStep} from '../view/explain-lines.ts';
import {EXIT} from './exit-code.ts';
import type {ExplainOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {print} from './output.ts';

export async function explainCommand({session, json}: ExplainOptions, io: Io): Promise<number> {
  const {dir} = await findSession(stateDir(io.env), session);
  const gaps = noGaps();
  const explanation = new Explanation();
  for await (const event of readEvents(dir, {gaps})) explanation.see(event);
  const explained = explanation.result();
  const context = {dir, gaps, nowMs: io.clock.now()};
  const text = json
    ? JSON.stringify(
        {...explained, dir, gaps, damaged: isDamaged(gaps), nextStep: nextStep(explained, context)},
        null,
        2,
      )
    : explanationLines(explained, context).join('\n');
  await print(io, `${text}\n`);
  return EXIT.ok;
}
