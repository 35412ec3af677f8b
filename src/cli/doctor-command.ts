/** `oneshot doctor`: what is there, what is missing, and what to do about it. The findings are its result, so on stdout. */

import {painter, wantsColor} from '../view/style.ts';
import type {Diagnosis, Finding} from './diagnosis.ts';
import {diagnose} from './diagnosis.ts';
import {EXIT} from './exit-code.ts';
import type {DoctorOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {print} from './output.ts';

export async function doctorCommand({json}: DoctorOptions, io: Io): Promise<number> {
  const diagnosis = await diagnose(io.env);
  await print(io, json ? `${JSON.stringify(diagnosis, null, 2)}\n` : report(diagnosis, io));
  return diagnosis.usable ? EXIT.ok : EXIT.failed;
}

const MARKS = {ok: ['✓', 'green'], warning: ['!', 'yellow'], problem: ['✗', 'red']} as const;

function report({oneshotVersion, findings, usable}: Diagnosis, {env, stdout}: Io): string {
  const paint = painter(wantsColor(env, stdout.isTTY === true));
  const width = Math.max(...findings.map(({name}) => name.length));
  const rows = findings.map(({name, status, detail, nextStep}: Finding) => {
    const [mark, style] = MARKS[status];
    const row = `${paint(style, mark)} ${name.padEnd(width)}  ${detail}`;
    return nextStep === null ? row : `${row}\n  ${' '.repeat(width)}  → ${nextStep}`;
  });
  const end = usable
    ? 'Ready: oneshot "your task".'
    : 'No agent can be used yet. oneshot demo shows the loop without one.';
  return [`oneshot ${oneshotVersion}`, ...rows, end, ''].join('\n');
}
