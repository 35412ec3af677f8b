import {expect, it} from 'vitest';
import {Status} from '../../src/view/status.ts';
import {event, says} from './events.ts';

const line = (status: Status, nowMs: number) => status.line(nowMs, 100);

it('counts what the agent says and any other sign of life as activity', () => {
  const status = new Status(0);
  status.see(says('x'), 1000);
  expect(line(status, 5000)).toContain('last activity 4.0 s ago');
  status.see(event({type: 'note', level: 'info', code: 'X', text: ''}, {source: 'runner'}), 4000);
  expect(line(status, 5000)).toContain('last activity 4.0 s ago');
  status.see(event({type: 'evidence', kind: 'files', what: 'x'}, {source: 'runner'}), 4000);
  expect(line(status, 5000)).toContain('last activity 1.0 s ago');
});
