import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {claude} from '../dialect.ts';
import type {AgentName} from '../install.ts';
import {eventsOf} from '../session.ts';
import {onlyRun, record, rigOf} from './helpers.ts';

/** What Claude Code alone has: permissions that deny, and a limit of turns. */
export function claudeOnly(name: AgentName): void {
  describe(name, () => {
    it('a tool that was not allowed is shown with the flag that would allow it', async () => {
      const rig = await rigOf(name, [claude.write('denied.txt', 'x'), claude.final('I was not allowed.')]);
      const {session, exitCode, stderr} = await record(rig, ['--no-audit', 'Write denied.txt']);
      expect(exitCode, stderr).toBe(0);
      expect(existsSync(join(rig.work, 'denied.txt'))).toBe(false);
      expect(eventsOf(session, 'run_started')[0]?.permissionMode).toBe('agent');
      expect(onlyRun(session).permissionDenials.map(({toolName}) => toolName)).toEqual(['Write']);
      const [call] = eventsOf(session, 'tool_call');
      const updates = eventsOf(session, 'tool_call_update').filter(
        ({toolCallId}) => toolCallId === call?.toolCallId,
      );
      expect(updates.at(-1)?.status).toBe('failed');
      expect(stderr).toContain('--permission-mode');
    });

    it('a worker that uses up its turns has failed', async () => {
      const rig = await rigOf(name, () => claude.command('true'));
      const args = [
        '--no-audit',
        '--permission-mode',
        'full',
        '--agent-arg',
        '--max-turns',
        '--agent-arg',
        '2',
      ];
      const {session, exitCode} = await record(rig, [...args, 'Go on for ever']);
      expect(exitCode).toBe(1);
      expect(rig.server.requests).toHaveLength(2);
      expect(onlyRun(session)).toMatchObject({outcome: 'failed', exitCode: 1});
      expect(onlyRun(session).reason).toMatch(/max.*turns/i);
    });
  });
}
