import {spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {connect} from 'node:net';
import {expect, inject, it} from 'vitest';
import {startModelServer} from './model-server.ts';
import {MARKER, markedProcesses} from './processes.ts';
import {until} from './rig.ts';

it('a process in a session of its own is found by its marker until it is gone', async () => {
  const marker = randomUUID();
  const env = {...process.env, [MARKER]: marker};
  const child = spawn('sh', ['-c', 'sleep 100; true'], {env, detached: true, stdio: 'ignore'});
  await until(() => markedProcesses(marker).length === 2, 'the shell and its child are seen');
  for (const {pid} of markedProcesses(marker)) process.kill(pid, 'SIGKILL');
  await once(child, 'exit');
  await until(() => markedProcesses(marker).length === 0, 'both are gone');
});

it('a request that the script does not foresee is a problem, and a silent answer does not hold up the end', async () => {
  const server = await startModelServer([{silence: true}]);
  expect((await fetch(`${server.url}/v1/unknown`)).status).toBe(404);
  expect(server.problems).toEqual(['unknown request GET /v1/unknown']);
  const body = JSON.stringify({model: 'm', messages: [{role: 'user', content: 'hi'}], stream: true});
  const asked = fetch(`${server.url}/v1/chat/completions`, {method: 'POST', body}).catch(
    (error: Error) => error.message,
  );
  await until(() => server.requests.length === 1, 'the request is read');
  await server.close();
  expect(await asked).toBe('fetch failed');
});

it.runIf(inject('isolated'))('nothing but loopback can be reached', async () => {
  const socket = connect({host: '192.0.2.1', port: 9});
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ENETUNREACH');
});
