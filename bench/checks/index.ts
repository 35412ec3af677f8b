import {activity} from './activity.ts';
import {agents} from './agents.ts';
import {batch} from './batch.ts';
import {bigSession} from './big-session.ts';
import {blocked} from './blocked.ts';
import type {AnyCheck} from './check.ts';
import {churn} from './churn.ts';
import {coldStart} from './cold-start.ts';
import {figures} from './figures.ts';
import {follow} from './follow.ts';
import {fuzz} from './fuzz.ts';
import {kill} from './kill.ts';
import {list} from './list.ts';
import {live} from './live.ts';
import {lossless} from './lossless.ts';
import {memory} from './memory.ts';
import {noSurvivor} from './no-survivor.ts';
import {packaged} from './package.ts';
import {prompt} from './prompt.ts';
import {quietCost} from './quiet-cost.ts';
import {recording} from './recording.ts';
import {stdout} from './stdout.ts';
import {verdicts} from './verdicts.ts';

/** Every check by its name, in the order of docs/checks.md. */
export const CHECKS: Readonly<Record<string, AnyCheck>> = {
  lossless,
  prompt,
  live,
  memory,
  stdout,
  blocked,
  'cold-start': coldStart,
  follow,
  recording,
  'big-session': bigSession,
  agents,
  kill,
  fuzz,
  list,
  activity,
  batch,
  'no-survivor': noSurvivor,
  churn,
  'quiet-cost': quietCost,
  verdicts,
  figures,
  package: packaged,
};
