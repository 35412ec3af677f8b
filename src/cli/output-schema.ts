/**
 * What commands print as JSON, as zod schemas. No command loads this file; the JSON Schemas in `schema/` are generated from
 * it by `npm run schema`.
 */
import {z} from 'zod';
import {ENDINGS} from '../event.ts';
import {runMetrics} from '../event-schema.ts';
import {ENDING_VERSION} from '../notify/ending.ts';

const nullableString = z.string().nullable();
const nullableNumber = z.number().nullable();
const count = z.int().min(0);
const time = z.number().describe('ms since the epoch.');
const ms = z.number().describe('ms.');
const role = z.enum(['worker', 'auditor', 'check']).nullable();
const checkResult = z.enum(['green', 'red', 'unable']);
const verdictWord = z.enum(['DONE', 'RETRY', 'IMPOSSIBLE']).nullable();

const auditedCriteria = z.array(
  z.object({
    criterion: z.string(),
    met: z.boolean().nullable().describe('null: neither met nor unmet was said.'),
    evidence: z.string().nullable(),
  }),
);
const outcome = z.enum(['completed', 'failed', 'stalled', 'timed-out', 'canceled', 'truncated']);
const clock = z.enum(['initial', 'idle', 'tool', 'max', 'grace']);
const permissionMode = z.enum(['agent', 'read', 'edit', 'full']);

const ending = z.object({ending: z.enum(ENDINGS), reason: z.string()}).nullable();

const status = z
  .enum([...ENDINGS, 'running', 'crashed', 'damaged', 'unsupported'])
  .describe(
    'running: a process is at work on it. crashed: it has no end and no process is. damaged: its log is not what was written. unsupported: a newer oneshot wrote it.',
  );

const owner = z
  .object({pid: count, startedAt: z.string(), host: z.string(), at: time})
  .nullable()
  .describe('The process at work on the session.');

const gaps = z
  .object({
    torn: z.boolean().describe('The last line has no end.'),
    tornBytes: count,
    skippedLines: count.describe('Lines that are no events.'),
    misplacedLines: count.describe('Events whose number is not the next one.'),
    lostBytes: count.describe('Bytes that have been there and are gone.'),
  })
  .describe('What of the log could not be read.');

const usage = z.object({
  inputTokens: nullableNumber,
  outputTokens: nullableNumber,
  costUsd: nullableNumber,
  turns: nullableNumber,
});

const agentPlan = z
  .object({
    executor: z.string(),
    adapter: z.string(),
    model: nullableString,
    permissionMode,
    agentArgs: z.array(z.string()),
  })
  .nullable();

const listedSession = z.object({
  id: z.string(),
  status,
  task: nullableString.describe('Shortened; null for exec.'),
  command: nullableString.describe('What exec ran, shortened; null for a task.'),
  cwd: z.string(),
  startedAt: time,
  lastAt: time.describe('Of the last event, ms since the epoch.'),
  iteration: count,
  maxIterations: count,
  executor: nullableString,
  verdict: verdictWord,
  reason: nullableString,
  costUsd: nullableNumber,
  seq: count.describe('Of the last event.'),
  bytes: count.describe('Of the log.'),
  dir: z.string().describe('The session folder.'),
  owner,
});

/** `oneshot list --json`. */
export const listSchema = z.object({
  sessions: z.array(listedSession).describe('Newest first.'),
  older: count.describe('Sessions that were not looked at, for --limit.'),
});

const runSummary = z.object({
  role,
  executor: z.string(),
  agentVersion: nullableString,
  model: nullableString,
  agentSession: nullableString,
  startedAt: time,
  durationMs: ms,
  toolCalls: count,
  failedToolCalls: count,
  usage,
  metrics: z
    .object(runMetrics)
    .nullable()
    .describe('How its output came through; null: it was not measured.'),
  end: z.object({outcome, reason: z.string()}).nullable().describe('null: the log has no end of this run.'),
});

/** `oneshot show --json`. */
export const showSchema = z.object({
  id: z.string(),
  dir: z.string(),
  status,
  owner,
  gaps,
  files: z.array(z.object({path: z.string(), bytes: count})).describe('Of the recording.'),
  session: nullableString,
  task: nullableString.describe('Whole; null for exec.'),
  instructions: z.array(z.string()).describe('Added by those who resumed it.'),
  argv: z.array(z.string()).nullable().describe('What exec ran; null for a task.'),
  cwd: nullableString,
  worker: agentPlan,
  auditor: agentPlan,
  maxIterations: nullableNumber,
  startedAt: time.nullable(),
  lastEventAt: time.nullable(),
  events: count,
  resumes: count,
  iterations: z.array(
    z.object({
      iteration: count,
      runs: z.array(runSummary),
      checks: z
        .array(
          z.object({
            check: z.string(),
            result: checkResult,
            reason: z.string(),
            exitCode: nullableNumber,
            durationMs: ms,
          }),
        )
        .describe('The newest result of each.'),
      verdict: z
        .object({
          verdict: verdictWord,
          reason: z.string(),
          feedback: nullableString,
          criteria: auditedCriteria,
        })
        .nullable(),
    }),
  ),
  usage: usage.describe('Of all runs together.'),
  changedFiles: z.array(z.string()).describe('By tool calls, as the agent names them; the first 200.'),
  warnings: z.array(z.object({code: z.string(), text: z.string()})),
  ending,
  text: nullableString.describe("The last worker's final words."),
});

const repeated = <T extends z.ZodRawShape>(shape: T) =>
  z
    .object({
      ...shape,
      times: count,
      afterMs: ms.describe('Of the last one, after the start of the run, ms.'),
    })
    .nullable();

const lastEvidence = z.object({what: z.string(), agoMs: z.number()}).nullable();
const processes = z.array(z.object({pid: count, command: z.string()}));

const runExplained = z.object({
  iteration: count,
  role,
  executor: z.string(),
  agentVersion: nullableString,
  startedAt: time,
  durationMs: ms,
  lastEvidence: z.object({output: lastEvidence, files: lastEvidence, processes: lastEvidence}),
  retries: repeated({error: z.string(), status: nullableNumber}),
  asks: repeated({ask: z.enum(['permission', 'question']), text: z.string()}),
  suspected: repeated({clock, silentMs: ms, limitMs: ms}),
  extended: repeated({clock, limitMs: ms, reason: z.string(), extraMs: nullableNumber}),
  stop: z
    .object({
      afterMs: ms,
      cause: z.enum(['clock', 'ask', 'budget', 'cancel']),
      clock: clock.nullable(),
      limitMs: nullableNumber,
    })
    .nullable(),
  signals: z.array(z.object({afterMs: ms, signal: z.string()})),
  swept: z.object({ended: processes, survivors: processes, kept: processes}),
  end: z
    .object({
      outcome,
      reason: z.string(),
      exitCode: nullableNumber,
      signal: nullableString,
      recovered: z.boolean(),
    })
    .nullable(),
  verdict: z.object({verdict: verdictWord, reason: z.string()}).nullable(),
  check: z
    .object({check: z.string(), result: checkResult, reason: z.string()})
    .nullable()
    .describe('What was checked; null: the run is none of a check.'),
  followedBy: z
    .object({how: z.enum(['again', 'resume', 'fallback']), executor: z.string(), delayMs: ms})
    .nullable()
    .describe('The run failed, and was made again or by another agent.'),
});

/** `oneshot explain --json`. */
export const explainSchema = z.object({
  session: nullableString,
  title: nullableString,
  isTask: z.boolean(),
  audit: z.boolean(),
  runs: z.array(runExplained),
  ending,
  lastEventAt: time.nullable(),
  dir: z.string(),
  gaps,
  damaged: z.boolean().describe('The log is not what was written.'),
  nextStep: z.string(),
});

const finding = z.object({
  name: z.string(),
  status: z.enum(['ok', 'warning', 'problem']),
  detail: z.string(),
  nextStep: nullableString,
});

const agentFinding = z.object({
  executor: z.string(),
  found: z.boolean(),
  version: nullableString,
  adapter: nullableString,
  program: z.array(z.string()).nullable(),
  loggedIn: z.boolean().nullable(),
  usable: z.boolean(),
});

/** `oneshot doctor --json`. */
export const doctorSchema = z.object({
  oneshotVersion: z.string(),
  usable: z.boolean().describe('Whether at least one agent can be used.'),
  findings: z.array(finding),
  agents: z.array(agentFinding),
});

/** A line of `oneshot batch --json`. */
export const batchSchema = z.object({
  line: count.describe('In the file, from 1.'),
  id: nullableString.describe("The user's own name for it."),
  session: nullableString.describe('null: it never had one.'),
  ending: z.enum(ENDINGS).nullable().describe('null: it has no session, or one without an end.'),
  reason: z.string(),
  exitCode: count.describe('As oneshot run would have exited.'),
  error: z
    .object({code: z.string(), message: z.string(), nextStep: z.string()})
    .nullable()
    .describe('What oneshot could not do.'),
  iterations: count,
  costUsd: nullableNumber,
  durationMs: ms.nullable().describe('From the first event of the session to the last, ms.'),
  text: nullableString.describe("The last worker's final words."),
  worktree: z
    .object({
      path: z.string(),
      branch: z.string(),
      removed: z.boolean().describe('Nothing was done in it.'),
      commits: count.nullable(),
      uncommitted: count.nullable().describe('Files, ignored ones included.'),
    })
    .nullable()
    .describe('The git worktree that was made for it, with --worktree.'),
  before: z.boolean().describe('A former run of the batch had come to this end.'),
});

/** `oneshot verdict`. */
export const verdictSchema = z.object({
  verdict: verdictWord.describe('null: the answer holds no clear verdict.'),
  reason: z.string().describe("The auditor's, or why there is no verdict."),
  feedback: nullableString,
  criteria: auditedCriteria,
  how: z
    .enum(['json', 'repaired', 'none', 'unclear'])
    .describe(
      'json: strict JSON. repaired: JSON after mending. none: no object with a verdict. unclear: one that cannot count.',
    ),
});

/** What `--on-end` and `--notify-url` get. */
export const endingSchema = z.object({
  v: z.literal(ENDING_VERSION),
  session: z.string(),
  task: nullableString.describe('Whole.'),
  ending: z.enum(ENDINGS),
  reason: z.string(),
  text: nullableString.describe("The last worker's final words."),
  iterations: count,
  exitCode: count.describe('With which oneshot will exit.'),
  costUsd: nullableNumber.describe('Of all runs, as far as the agents told it.'),
  durationMs: ms.describe('From its start, or from when it was resumed, ms.'),
  cwd: z.string().describe('Where the agents worked.'),
  dir: z.string().describe('The session folder.'),
  startedAt: time,
  endedAt: time,
});

const COMMANDS = {
  'batch --json': batchSchema,
  'list --json': listSchema,
  'show --json': showSchema,
  'explain --json': explainSchema,
  'doctor --json': doctorSchema,
  verdict: verdictSchema,
};

/** JSON Schemas (draft 2020-12) by the name of the command, and `ending`. */
export function outputJsonSchemas(): Record<string, Record<string, unknown>> {
  const ending = {
    title: 'The end of a session, as --on-end and --notify-url get it',
    ...z.toJSONSchema(endingSchema),
  };
  return {
    ...Object.fromEntries(
      Object.entries(COMMANDS).map(([command, schema]) => [
        command.split(' ')[0]!,
        {title: `oneshot ${command}`, ...z.toJSONSchema(schema)},
      ]),
    ),
    ending,
  };
}
