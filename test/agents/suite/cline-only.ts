import {describe, expect, it} from 'vitest';
import type {Dialect} from '../dialect.ts';
import type {AgentName} from '../install.ts';
import {eventsOf} from '../session.ts';
import {conversation, expectExit, record, rigOf, textOf} from './helpers.ts';

/** What Cline alone has: a login in files, and a prompt in argv. */
export function clineOnly(name: AgentName, dialect: Dialect): void {
  describe(name, () => {
    it('where nobody is logged in nothing is started and the error names the login command', async () => {
      const rig = await rigOf(name, [], {loggedIn: false});
      const {session, exitCode, stdout, stderr} = await rig.start(['Do it without a login']).finished;
      expect(exitCode).not.toBe(0);
      expect(stdout).toBe('');
      expect(stderr).toContain('cline auth');
      expect(session).toBeNull();
      expect(rig.server.requests).toEqual([]);
    });

    it('a prompt of 100 KiB still goes in argv and arrives whole', async () => {
      // Cline 2 turns all white space of an argument into single spaces.
      const prompt = textOf(100 * 1024).replaceAll('\n', ' ');
      const rig = await rigOf(name, [dialect.final('Read.')]);
      const finished = await record(rig, ['--no-audit', '-'], {stdin: prompt});
      const {session} = finished;
      expectExit(finished, 0);
      expect(eventsOf(session, 'run_started')[0]).toMatchObject({
        promptDelivery: 'argv',
        promptBytes: 100 * 1024,
      });
      expect(conversation(rig.server.requests[0]).includes(prompt)).toBe(true);
    });
  });
}
