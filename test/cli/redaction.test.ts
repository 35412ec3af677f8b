import {readFileSync} from 'node:fs';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {Place, parseLines} from './program.ts';

const SECRET = 'hunter2-hunter2-hunter2-hunter2';
const MASK = '[redacted:A_TOKEN]*************';

let place: Place;
beforeEach(() => {
  place = new Place();
  place.env.A_TOKEN = SECRET;
});
afterEach(() => place.remove());

const SAYS = `const {A_TOKEN} = process.env;
  process.stdout.write('key ' + A_TOKEN + '\\n');
  console.error(JSON.stringify(A_TOKEN));`;
const exec = (...options: string[]) => [...['exec', ...options, '--'], process.execPath, '-e', SAYS];

describe('a secret of the environment', () => {
  it('is masked on stdout and stderr, in the log and in the raw files', async () => {
    expect(await place.run(exec())).toMatchObject({code: 0, stdout: `key ${MASK}\n`, stderr: `"${MASK}"\n`});
    for (const name of ['events.jsonl', '1/worker.stdout', '1/worker.stderr'])
      expect(readFileSync(place.recorded(name), 'utf8')).not.toContain(SECRET);
  });

  it('is masked in --json and on the terminal', async () => {
    const {stdout, stderr} = await place.run(exec('--json', '--debug'));
    expect(stdout + stderr).not.toContain(SECRET);
    expect(parseLines(stdout)).toContainEqual(
      expect.objectContaining({type: 'redacted', stream: 'stdout', offset: 4, length: 31, name: 'A_TOKEN'}),
    );
  });

  it('is shown after --no-redact, with a warning', async () => {
    const {stdout, stderr} = await place.run(exec('--no-redact'));
    expect(stdout).toBe(`key ${SECRET}\n`);
    expect(stderr).toContain('redaction is switched off');
    expect(readFileSync(place.recorded('events.jsonl'), 'utf8')).toContain('"code":"NOT_REDACTED"');
  });
});

describe('--redact-env', () => {
  it('names further variables, of the agent too', async () => {
    const says = 'console.log(process.env.PLACE, process.env.OTHER)';
    const options = ['--env', 'PLACE=somewhere-far', '--env', 'OTHER=elsewhere', '--redact-env', 'PLACE'];
    const {stdout} = await place.run(['exec', ...options, '--', process.execPath, '-e', says]);
    expect(stdout).toBe('[redacted]*** elsewhere\n');
  });

  it('says which of them it cannot redact', async () => {
    const {stderr} = await place.run(exec('--redact-env', 'MISSING', '--redact-env', 'A_TOKEN'));
    expect(stderr).toContain('MISSING, which is not set or shorter than 8 characters');
    expect(stderr).not.toContain('A_TOKEN,');
  });
});
