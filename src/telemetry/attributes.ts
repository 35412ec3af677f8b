/** Attributes of spans, by the GenAI semantic conventions where they have a name for it. None of them is a text. */
import type {Attributes} from '@opentelemetry/api';
import type {
  OneshotEvent,
  RunFinished,
  RunStarted,
  SessionResumed,
  SessionStarted,
  ToolCall,
  Usage,
} from '../event.ts';

/** Null values left out: an attribute that is not known is not set. */
export function known(values: Record<string, string | number | boolean | null>): Attributes {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as Attributes;
}

/** What a span and its duration have in common. */
export interface Operation {
  name: string;
  attributes: Attributes;
}

/** `exec` has a program in place of a task. */
export function sessionOperation(isTask: boolean): Operation {
  if (!isTask) return {name: 'oneshot exec', attributes: {}};
  const attributes = {'gen_ai.operation.name': 'invoke_workflow', 'gen_ai.workflow.name': 'oneshot'};
  return {name: 'invoke_workflow oneshot', attributes};
}

export function sessionAttributes(event: OneshotEvent & (SessionStarted | SessionResumed)): Attributes {
  return known({
    'oneshot.session.id': event.session,
    'oneshot.session.resumed': event.type === 'session_resumed',
    'oneshot.iterations.max': event.maxIterations,
    'oneshot.version': event.oneshotVersion,
  });
}

/** What the provider is called where the agent speaks to one alone. */
const PROVIDERS: Readonly<Record<string, string>> = {claude: 'anthropic'};

/** A check, and what `exec` runs, is no agent. */
export function runOperation({executor, model, role}: OneshotEvent & RunStarted, isTask: boolean): Operation {
  if (role === 'check') return {name: 'check', attributes: {'oneshot.role': role}};
  if (!isTask) return {name: 'program', attributes: {}};
  const attributes = known({
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.provider.name': PROVIDERS[executor] ?? executor,
    'gen_ai.agent.name': executor,
    'gen_ai.request.model': model,
    'oneshot.role': role,
  });
  return {name: `invoke_agent ${executor}`, attributes};
}

export function runAttributes(event: OneshotEvent & RunStarted): Attributes {
  return known({
    'gen_ai.agent.version': event.agentVersion,
    'gen_ai.conversation.id': event.resumedAgentSession,
    'oneshot.iteration': event.iteration,
    'oneshot.adapter': event.adapter,
    'oneshot.transport': event.transport,
    'oneshot.permission_mode': event.permissionMode,
    'oneshot.prompt.bytes': event.promptBytes,
    'process.pid': event.pid,
  });
}

export function runEndAttributes({outcome, exitCode, signal, agentSession, usage}: RunFinished): Attributes {
  return known({
    'oneshot.outcome': outcome,
    'oneshot.exit_code': exitCode,
    'oneshot.signal': signal,
    'gen_ai.conversation.id': agentSession,
    ...usageAttributes(usage),
  });
}

function usageAttributes({inputTokens, outputTokens, costUsd, turns}: Usage) {
  return {
    'gen_ai.usage.input_tokens': inputTokens,
    'gen_ai.usage.output_tokens': outputTokens,
    'oneshot.cost_usd': costUsd,
    'oneshot.turns': turns,
  };
}

export function toolOperation({toolName}: ToolCall): Operation {
  const attributes = {'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': toolName};
  return {name: `execute_tool ${toolName}`, attributes};
}

export function toolAttributes({toolCallId, kind}: ToolCall): Attributes {
  return {'gen_ai.tool.call.id': toolCallId, 'oneshot.tool.kind': kind};
}
