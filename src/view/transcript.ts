/**
 * Events → what a person reads: streaming text, and lines of their own. Pure: no clock, no terminal. All text of the
 * agent is stripped of control sequences here.
 */
import {secondsText} from '../activity/seconds.ts';
import type {
  AgentAsk,
  CheckFinished,
  Note,
  OneshotEvent,
  ProcessesSwept,
  Role,
  RunFinished,
  RunRetry,
  RunStarted,
  SessionFinished,
  StallSuspected,
  StopRequested,
  TimeoutExtended,
  ToolCall,
  ToolCallUpdate,
  ToolKind,
  Unparsed,
  WorktreeSnapshot,
} from '../event.ts';
import {isJudged} from '../session/state.ts';
import {oneLine, stripControl} from '../text.ts';
import {duration, processList, usageParts} from './format.ts';
import {metricsText} from './metrics-lines.ts';
import {sessionProblem} from './problem.ts';
import type {Style} from './style.ts';

/** How much a person wants to read. `quiet`: errors and warnings. `verbose`: thoughts too. `debug`: every event. */
export type Verbosity = 'quiet' | 'normal' | 'verbose' | 'debug';

/**
 * `text` goes on where the last one ended; `line` stands alone; `break` ends a line that is open. What is `urgent` is
 * never left out on a slow terminal.
 */
export type Piece =
  | {kind: 'break'}
  | {kind: 'text'; text: string; style: Style}
  | {kind: 'line'; text: string; style: Style; urgent?: true};

export interface TranscriptOptions {
  verbosity: Verbosity;
  /** False where the agent's own words go elsewhere, as in `exec`, and only what oneshot has to say is wanted. */
  agentOutput: boolean;
}

interface OpenTool {
  title: string;
  /** Whether its start was shown. Where the title has no target yet, it is only shown with the next one. */
  isShown: boolean;
  kind: ToolKind;
  startedAt: number;
}

/** Longest text of one event that is shown, in characters; all of it is in the log. */
const MAX_TEXT_CHARS = 64 * 1024;

/** How many tool calls of a run are remembered, and how many warnings. */
const MAX_TOOLS = 10_000;
const MAX_WARNED = 1000;

export class Transcript {
  readonly #verbosity: Verbosity;
  readonly #agentOutput: boolean;
  readonly #warned = new Set<string>();
  /** The newest tool calls of the current run, for their titles and kinds. */
  #tools = new Map<string, OpenTool>();
  #messageId: string | null = null;
  /** Denied tool calls of the current run that notes have told of. */
  #deniedInNotes = 0;
  /** Whether an auditor or checks judge the work. */
  #isJudged = true;
  #run: {body: RunStarted; startedAt: number} | null = null;
  #lastRun: RunFinished | null = null;
  /** Why oneshot stops the current run. */
  #stop: StopRequested | null = null;

  constructor({verbosity, agentOutput}: TranscriptOptions) {
    this.#verbosity = verbosity;
    this.#agentOutput = agentOutput;
  }

  pieces(event: OneshotEvent): Piece[] {
    const shown = this.#translate(event);
    const pieces = this.#verbosity === 'quiet' ? shown.filter(isUrgent) : shown;
    return this.#verbosity === 'debug' ? [line(debugLine(event), 'dim'), ...pieces] : pieces;
  }

  get #isVerbose(): boolean {
    return this.#verbosity === 'verbose' || this.#verbosity === 'debug';
  }

  #translate(event: OneshotEvent): Piece[] {
    switch (event.type) {
      case 'session_started':
        this.#isJudged = isJudged(event);
        return this.#agentOutput || this.#isVerbose ? [line(`session ${event.session}`, 'dim')] : [];
      case 'session_resumed':
        this.#isJudged = isJudged({audit: event.auditor !== null, rules: event.rules});
        return [line(`session ${event.session} goes on: ${clean(event.from)}`, 'bold')];
      case 'terminal_resized':
        return [];
      case 'redacted':
        return this.#verboseLine(
          `left out a secret of ${event.length} bytes (${event.name}) from ${event.stream}`,
        );
      case 'iteration_started':
        return this.#isJudged ? [line(`iteration ${event.iteration} of ${event.maxIterations}`, 'bold')] : [];
      case 'run_started':
        return this.#runStarted(event);
      case 'agent_session':
        return this.#verboseLine(
          `agent session ${event.agentSession}${event.model ? `, ${event.model}` : ''}`,
        );
      case 'agent_message_chunk':
        return this.#words(event.content.text, event.parentToolCallId ? 'dim' : 'plain', event.messageId);
      case 'agent_thought_chunk':
      case 'user_message_chunk':
        return this.#isVerbose ? this.#words(event.content.text, 'dim', event.type) : [];
      case 'tool_call':
        return this.#toolCall(event, event.at);
      case 'tool_call_update':
        return this.#toolCallUpdate(event, event.at);
      case 'plan':
        return this.#ownLines(event.entries.map(({content, status}) => `${PLAN_MARKS[status]} ${content}`));
      case 'usage_update':
        return [];
      case 'agent_retry': {
        const {attempt, maxAttempts, delayMs, status, error} = event;
        const which =
          attempt === null ? '' : ` ${attempt}${maxAttempts === null ? '' : ` of ${maxAttempts}`}`;
        const when = delayMs === null ? '' : ` in ${duration(delayMs)}`;
        const why = `${clean(error)}${status === null ? '' : ` (${status})`}`;
        return [line(`retry${which}${when}: ${why}`, 'yellow')];
      }
      case 'agent_ask':
        return [askLine(event)];
      case 'evidence':
        return this.#verboseLine(`${event.kind}: ${event.what}`);
      case 'stall_suspected':
        return [line(quietText(event), 'yellow')];
      case 'timeout_extended':
        return [line(extensionText(event), 'dim')];
      case 'stop_requested':
        this.#stop = event;
        return [stopLine(event)];
      case 'processes_swept':
        return sweptLines(event);
      case 'signal_sent':
        return [line(`${event.signal} to process ${event.pid}: ${clean(event.reason)}`, 'yellow')];
      case 'run_metrics':
        return this.#verboseLine(`metrics: ${metricsText(event)}`);
      case 'run_finished':
        return this.#runFinished(event, event.at);
      case 'check_finished':
        return [checkLine(event)];
      case 'run_retry':
        return [retryLine(event)];
      case 'worktree_snapshot':
        return this.#verboseLine(snapshotText(event));
      case 'verdict': {
        const style = event.verdict === null ? 'red' : VERDICT_STYLES[event.verdict];
        const feedback = event.feedback === null ? [] : [line(`feedback: ${clean(event.feedback)}`, 'plain')];
        return [line(`verdict ${event.verdict ?? 'unclear'}: ${clean(event.reason)}`, style), ...feedback];
      }
      case 'session_finished':
        return this.#agentOutput ? this.#sessionFinished(event) : [];
      case 'unparsed':
        return this.#unparsed(event, event.raw?.stream === 'stderr' ? 'dim' : 'plain');
      case 'note':
        return this.#note(event, event.role);
      default:
        return event satisfies never;
    }
  }

  #runStarted(event: RunStarted & {at: number; role: Role | null}): Piece[] {
    const {executor, agentVersion, model, permissionMode, transport, transportReason, argv} = event;
    this.#run = {body: event, startedAt: event.at};
    this.#stop = null;
    this.#tools = new Map();
    this.#deniedInNotes = 0;
    this.#messageId = null;
    const agent = [executor, agentVersion].filter(Boolean).join(' ');
    const facts = [agent, model, `permission mode ${permissionMode}`, transport].filter(Boolean).join(', ');
    const what = event.role === 'check' ? (argv.at(-1) ?? '') : facts;
    const shown = this.#agentOutput || this.#isVerbose ? [line(`${event.role}: ${clean(what)}`, 'cyan')] : [];
    if (this.#verbosity !== 'debug') return shown;
    return [
      ...shown,
      line(`argv ${clean(JSON.stringify(argv))}`, 'dim'),
      line(`transport ${transport}: ${clean(transportReason)}`, 'dim'),
    ];
  }

  #words(text: string, style: Style, messageId: string | null): Piece[] {
    if (!this.#agentOutput) return [];
    const begins = this.#messageId !== messageId;
    this.#messageId = messageId;
    const words: Piece = {kind: 'text', text: limited(clean(text)), style};
    return begins ? [{kind: 'break'}, words] : [words];
  }

  #toolCall(call: ToolCall, at: number): Piece[] {
    const {toolCallId, toolName, kind, status} = call;
    this.#messageId = null;
    const title = oneLine(call.title, 200);
    const isShown = title !== toolName;
    this.#tools.set(toolCallId, {title, kind, startedAt: at, isShown});
    if (this.#tools.size > MAX_TOOLS) this.#tools.delete(this.#tools.keys().next().value!);
    const begun = isShown ? this.#ownLines([`→ ${title}`], 'cyan') : [];
    return isOver(status) ? [...begun, ...this.#toolOver(toolCallId, status, at, '')] : begun;
  }

  #toolCallUpdate(update: ToolCallUpdate, at: number): Piece[] {
    const {toolCallId, status, title, content} = update;
    const begun = title === undefined ? [] : this.#toolTitle(toolCallId, oneLine(title, 200));
    const output = limited(clean((content ?? []).map(({text}) => text).join('')));
    const shown = this.#isVerbose && output !== '' ? this.#ownLines([output], 'dim') : [];
    const over = isOver(status) ? this.#toolOver(toolCallId, status, at, output) : [];
    return [...begun, ...shown, ...over];
  }

  #toolTitle(toolCallId: string, title: string): Piece[] {
    const tool = this.#tools.get(toolCallId);
    if (!tool) return [];
    const begun = tool.isShown ? [] : this.#ownLines([`→ ${title}`], 'cyan');
    tool.title = title;
    tool.isShown = true;
    return begun;
  }

  #toolOver(toolCallId: string, status: 'completed' | 'failed', at: number, output: string): Piece[] {
    const tool = this.#tools.get(toolCallId);
    const title = tool?.title ?? toolCallId;
    const took = tool ? ` (${duration(at - tool.startedAt)})` : '';
    if (status === 'completed') return this.#ownLines([`✓ ${title}${took}`], 'green');
    const why = output === '' ? '' : `: ${oneLine(output, 300)}`;
    return this.#ownLines([`✗ ${title}${took} failed${why}`], 'red');
  }

  #runFinished(event: RunFinished & {role: Role | null}, at: number): Piece[] {
    // `check_finished` says it.
    if (event.role === 'check') return [];
    this.#lastRun = event;
    const {outcome, reason, usage, recovered} = event;
    const took = this.#run ? [duration(at - this.#run.startedAt)] : [];
    const found = recovered ? ["its end read from the agent's files"] : [];
    const facts = [...took, ...usageParts(usage), ...found].join(', ');
    const known = facts === '' ? '' : ` (${facts})`;
    const why = outcome === 'completed' ? '' : `: ${clean(reason)}`;
    const shown = this.#agentOutput || this.#isVerbose;
    const ended = shown
      ? [line(`${event.role} ${outcome}${known}${why}`, outcome === 'completed' ? 'dim' : 'red')]
      : [];
    return [...this.#denials(event), ...ended];
  }

  /** Those of a worker that no note has told of; all of an auditor, to whom no flag would be of use. */
  #denials({permissionDenials, role}: RunFinished & {role: Role | null}): Piece[] {
    return permissionDenials.slice(this.#deniedInNotes).map(({toolName, toolCallId}) => {
      const tool = toolCallId === null ? undefined : this.#tools.get(toolCallId);
      const title = tool?.title ?? clean(toolName);
      const next =
        role === 'auditor'
          ? 'an auditor may only read'
          : `--permission-mode ${tool?.kind === 'edit' ? 'edit' : 'full'} would allow it`;
      return urgent(`denied: ${title}; ${next}`, 'yellow');
    });
  }

  #sessionFinished(event: SessionFinished & {session: string}): Piece[] {
    const problem = sessionProblem({
      finished: event,
      lastRun: this.#lastRun,
      stop: this.#stop,
      session: event.session,
      model: this.#run?.body.model ?? null,
      audit: this.#isJudged,
    });
    if (problem !== null) return [urgent(problem, 'red')];
    const rounds = event.iterations === 1 ? '1 iteration' : `${event.iterations} iterations`;
    const ended = this.#isJudged ? `verified after ${rounds}` : 'done, without an audit';
    return [line(`${ended}: ${clean(event.reason)}`, 'green')];
  }

  #unparsed({reason, text, value}: Unparsed, style: Style): Piece[] {
    this.#messageId = null;
    if (reason === 'oversized') return [urgent('a frame larger than --max-frame was not read', 'yellow')];
    if (reason === 'text') return this.#agentOutput ? [line(limited(clean(text ?? '')), style)] : [];
    return this.#isVerbose
      ? [line(`unknown event ${oneLine(text ?? JSON.stringify(value) ?? '', 300)}`, 'dim')]
      : [];
  }

  /** A warning is said once. */
  #note({level, code, text}: Note, role: Role | null): Piece[] {
    if (code === 'PERMISSION_DENIED') {
      if (role === 'auditor') return [];
      this.#deniedInNotes++;
    }
    if (level === 'info') return this.#agentOutput ? [line(`note: ${clean(text)}`, 'dim')] : [];
    const said = `${code} ${text}`;
    if (this.#warned.has(said)) return [];
    if (this.#warned.size < MAX_WARNED) this.#warned.add(said);
    return [urgent(`oneshot: ${level}: ${code}: ${clean(text)}`, level === 'error' ? 'red' : 'yellow')];
  }

  #ownLines(texts: string[], style: Style = 'plain'): Piece[] {
    return this.#agentOutput ? texts.map((text) => line(text, style)) : [];
  }

  #verboseLine(text: string): Piece[] {
    return this.#isVerbose ? [line(clean(text), 'dim')] : [];
  }
}

const PLAN_MARKS = {pending: '☐', in_progress: '▶', completed: '☑'} as const;

const VERDICT_STYLES = {DONE: 'green', RETRY: 'yellow', IMPOSSIBLE: 'red'} as const;

const CHECK_STYLES = {green: 'green', red: 'yellow', unable: 'red'} as const;

function checkLine({check, result, reason, durationMs}: CheckFinished): Piece {
  const why = result === 'green' ? '' : `: ${clean(reason)}`;
  return line(
    `check ${result}: ${oneLine(check, 200)} (${duration(durationMs)})${why}`,
    CHECK_STYLES[result],
  );
}

function retryLine({attempt, maxAttempts, delayMs, how, executor, reason}: RunRetry): Piece {
  const who = how === 'fallback' ? `${executor} takes over` : `run again, ${attempt} of ${maxAttempts}`;
  const when = delayMs === 0 ? '' : `, in ${duration(delayMs)}`;
  return line(`${who}${when}: ${clean(reason)}`, 'yellow');
}

function snapshotText({kind, id, reason}: WorktreeSnapshot): string {
  return kind === 'none' ? `files cannot be told apart: ${reason}` : `files as of now: ${kind} ${id}`;
}

/** Somebody may be able to answer, and should know that the run may end for want of it. */
function askLine({ask, text}: AgentAsk): Piece {
  const what = ask === 'permission' ? 'the agent asks for a permission' : 'the agent asks';
  return urgent(`${what}: ${clean(text)}`, 'yellow');
}

function quietText({silentMs, limitMs, clock}: StallSuspected): string {
  return `quiet for ${secondsText(silentMs)}; the ${clock} limit is ${secondsText(limitMs)}`;
}

function extensionText({clock, limitMs, reason}: TimeoutExtended): string {
  return `past the ${clock} limit of ${secondsText(limitMs)}, and it goes on: ${clean(reason)}`;
}

/** What the user has asked for is no news to him, and an agent that lingers after its end is no problem. */
function stopLine({cause, clock, reason}: StopRequested): Piece {
  const text = `stopping the run: ${clean(reason)}`;
  return cause === 'cancel' || clock === 'grace' ? line(text, 'yellow') : urgent(text, 'yellow');
}

function sweptLines({ended, survivors, kept}: ProcessesSwept): Piece[] {
  return [
    ...(ended.length > 0 ? [line(`left running by the agent, ended: ${processList(ended)}`, 'dim')] : []),
    ...(survivors.length > 0 ? [urgent(`could not be ended: ${processList(survivors)}`, 'yellow')] : []),
    ...(kept.length > 0 ? [urgent(`left running, as you asked: ${processList(kept)}`, 'yellow')] : []),
  ];
}

function line(text: string, style: Style): Piece {
  return {kind: 'line', text, style};
}

function urgent(text: string, style: Style): Piece {
  return {kind: 'line', text, style, urgent: true};
}

function isUrgent(piece: Piece): boolean {
  return piece.kind === 'line' && piece.urgent === true;
}

function isOver(status: string | undefined): status is 'completed' | 'failed' {
  return status === 'completed' || status === 'failed';
}

function clean(text: string): string {
  return stripControl(text);
}

function limited(text: string): string {
  if (text.length <= MAX_TEXT_CHARS) return text;
  return `${text.slice(0, MAX_TEXT_CHARS)}… (${text.length - MAX_TEXT_CHARS} more characters in the log)`;
}

function debugLine(event: OneshotEvent): string {
  const {seq, type, v: _v, at: _at, session: _session, ...rest} = event;
  return `[${seq}] ${type} ${oneLine(JSON.stringify(rest), 300)}`;
}
