import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {claude} from '../dialect.ts';
import type {AgentName} from '../install.ts';
import {eventsOf, toolsOf} from '../session.ts';
import {expectExit, onlyRun, record, rigOf} from './helpers.ts';

/** What Claude Code alone has: permissions that deny, and a limit of turns. */
export function claudeOnly(name: AgentName): void {
  describe(name, () => {
    it('a tool that was not allowed is shown with the flag that would allow it', async () => {
      const rig = await rigOf(name, [claude.write('denied.txt', 'x'), claude.final('I was not allowed.')]);
      const finished = await record(rig, ['--no-audit', 'Write denied.txt']);
      const {session, stderr} = finished;
      expectExit(finished, 0);
      expect(existsSync(join(rig.work, 'denied.txt'))).toBe(false);
      expect(eventsOf(session, 'run_started')[0]?.permissionMode).toBe('agent');
      expect(onlyRun(session).permissionDenials.map(({toolName}) => toolName)).toEqual(['Write']);
      expect(toolsOf(session).map(({toolName, status}) => [toolName, status])).toEqual([['Write', 'failed']]);
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
      const finished = await record(rig, [...args, 'Go on for ever']);
      expectExit(finished, 1);
      expect(rig.server.requests).toHaveLength(2);
      expect(onlyRun(finished.session)).toMatchObject({outcome: 'failed', exitCode: 1});
      expect(onlyRun(finished.session).reason).toMatch(/max.*turns/i);
    });
  });
}
