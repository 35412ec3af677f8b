// followed-writer.mjs LIBRARY HOME EVENTS INTERVAL_MS: a session of its own with EVENTS notes, one each INTERVAL_MS, each
// with the time at which it was written. Prints the folder of the session, and waits for a line on stdin before it begins;
// prints {cpuMs, writeMs} when it is over: CPU time of this process meanwhile, and the median time of one write.
import {once} from 'node:events';

const [library, stateDir, events, intervalMs] = process.argv.slice(2);
const {openSessionLog, systemClock} = await import(library);
const log = await openSessionLog({stateDir, clock: systemClock});

const nowMs = () => performance.timeOrigin + performance.now();
const record = (body) => log.append({body, iteration: 1, role: 'worker', source: 'runner'});
// For those who follow, to show that they are there.
record({type: 'note', level: 'info', code: 'HELLO', text: ''});
await log.flush();
process.stdout.write(`${log.dir}\n`);
await once(process.stdin, 'data');

const writeMs = [];
let begunMs = 0;
log.addView(() => writeMs.push(performance.now() - begunMs));

const cpu = process.cpuUsage();
for (let number = 1; number <= Number(events); number++) {
  begunMs = performance.now();
  record({type: 'note', level: 'info', code: 'TIME', text: String(nowMs())});
  await new Promise((done) => setTimeout(done, Number(intervalMs)));
}
const {user, system} = process.cpuUsage(cpu);
record({type: 'session_finished', ending: 'verified', reason: 'over', text: null, iterations: 1});
await log.close();
const sorted = writeMs.toSorted((a, b) => a - b);
process.stdout.write(
  `${JSON.stringify({cpuMs: (user + system) / 1000, writeMs: sorted[sorted.length >> 1]})}\n`,
);
process.exit(0);
