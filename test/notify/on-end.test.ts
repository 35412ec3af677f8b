import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {systemClock} from '../../src/clock.ts';
import {type NotifyContext, notify} from '../../src/notify/notify.ts';
import {platformOf} from '../../src/transport/platform.ts';
import {ManualClock} from '../support/manual-clock.ts';
import {until} from '../support/session.ts';
import {REPORT} from './report.ts';
import {Hook, status} from './server.ts';

let cwd: string;
let clock: ManualClock;
let stop: AbortController;
let kill: AbortController;
let output: string;
let problems: string[];

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'oneshot-notify-'));
  clock = new ManualClock();
  stop = new AbortController();
  kill = new AbortController();
  output = '';
  problems = [];
});

afterEach(() => rmSync(cwd, {recursive: true, force: true}));

const told = (onEnd: string[], more: Partial<NotifyContext> = {}, notifyUrl: string | null = null) =>
  notify(
    REPORT,
    {onEnd, notifyUrl, notifyFormat: notifyUrl ? 'slack' : 'json'},
    {
      env: {PATH: process.env.PATH},
      cwd,
      clock,
      stop: stop.signal,
      kill: kill.signal,
      onOutput: (text) => {
        output += text;
      },
      onProblem: (problem) => problems.push(problem),
      ...more,
    },
  );

const path = (name: string) => join(cwd, name);
const read = (name: string) => readFileSync(path(name), 'utf8');

describe('a command for the end', () => {
  it('gets the ending as one line of JSON, and its session in variables', async () => {
    await told(['cat > in; printf %s "$ONESHOT_SESSION $ONESHOT_ENDING" > env']);
    expect(read('in')).toBe(`${JSON.stringify(REPORT)}\n`);
    expect(read('env')).toBe(`${REPORT.session} verified`);
    expect({output, problems}).toEqual({output: '', problems: []});
  });

  it('runs after the one before, whatever became of that', async () => {
    await told(['echo one >> order; exit 3', 'echo two >> order; echo said; echo so >&2', 'kill -9 $$']);
    expect(read('order')).toBe('one\ntwo\n');
    expect(output).toContain('said\n');
    expect(output).toContain('so\n');
    expect(problems).toEqual(['--on-end command 1 exited with 3', '--on-end command 3 died of SIGKILL']);
  });

  it('may leave its input unread', async () => {
    await notify(
      {...REPORT, text: 'x'.repeat(4 << 20)},
      {onEnd: ['exec <&-; exit 0'], notifyUrl: null, notifyFormat: 'json'},
      {
        env: {},
        cwd,
        clock,
        stop: stop.signal,
        kill: kill.signal,
        onOutput: () => {},
        onProblem: (one) => problems.push(one),
      },
    );
    expect(problems).toEqual([]);
  });

  it('is ended when it hangs, with all that it has started', async () => {
    const command = 'sleep 1000 & echo $! > pid; wait';
    await told([command], {clock: systemClock, commandLimitMs: 2000});
    expect(problems).toEqual(['--on-end command was ended: it ran for more than 2 s']);
    const living = await platformOf(process.platform).processes!.list();
    expect(living.filter(({isZombie}) => !isZombie).map(({pid}) => pid)).not.toContain(Number(read('pid')));
  });

  it('is ended when it is told to, and the next one does not begin', async () => {
    const telling = told(["trap '' INT TERM; touch ready; while :; do sleep 0.05; done", 'touch next']);
    await until(() => existsSync(path('ready')));
    stop.abort();
    kill.abort();
    await telling;
    expect(problems).toEqual(['--on-end command 1 was ended, as asked']);
    expect(existsSync(path('next'))).toBe(false);
  });

  it('has its output bounded', async () => {
    await told([
      'i=0; while [ $i -lt 3000 ]; do echo "0123456789012345678901234567890123456789"; i=$((i+1)); done',
    ]);
    expect(output.length).toBeLessThan(66 * 1024);
    expect(output).toContain('[the rest is left out]\n');
    expect(problems).toEqual([]);
  });

  it('reports a folder that is gone instead of failing', async () => {
    await told(['true'], {cwd: path('gone')});
    expect(problems).toEqual([expect.stringContaining('--on-end command could not be started: ')]);
  });
});

describe('a URL for the end', () => {
  it('gets the message beside the commands, and is named by its host alone when it does not', async () => {
    const hook = new Hook(status(200), status(404));
    const url = await hook.start();
    await told(['touch ran'], {}, url);
    expect(existsSync(path('ran'))).toBe(true);
    expect(JSON.parse(hook.got[0]!.body)).toEqual({text: expect.stringContaining('oneshot: verified')});
    await told([], {}, url);
    expect(problems).toEqual([`the notification to ${new URL(url).host} was answered with HTTP 404`]);
    await hook.stop();
  });
});
