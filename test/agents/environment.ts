/** The environment of an agent in a test: small, and its own, so that nothing of the user's reaches the agent. */
import {dirname} from 'node:path';
import type {InstalledAgent} from './install.ts';

export interface AgentPlace {
  /** Of the model server. */
  url: string;
  home: string;
  tmp: string;
}

export function environmentOf(
  agent: InstalledAgent,
  {url, home, tmp}: AgentPlace,
): Readonly<Record<string, string>> {
  return {
    PATH: [agent.binDir, dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
    HOME: home,
    TMPDIR: tmp,
    LANG: 'C.UTF-8',
    ...(agent.program === 'claude' ? claudeEnvironment(url, tmp) : CLINE_ENVIRONMENT),
  };
}

function claudeEnvironment(url: string, tmp: string) {
  return {
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: 'scripted-key',
    CLAUDE_CODE_TMPDIR: tmp,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_ERROR_REPORTING: '1',
    DISABLE_BUG_COMMAND: '1',
    // As root, Claude refuses to skip its permission prompts anywhere else.
    IS_SANDBOX: '1',
  };
}

const CLINE_ENVIRONMENT = {CLINE_NO_AUTO_UPDATE: '1'};
