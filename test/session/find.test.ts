import {mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {findSession} from '../../src/session/find.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'oneshot-find-'));
});

afterEach(() => rmSync(home, {recursive: true, force: true}));

/** `writtenS`: when its log was last written; none has no log. */
function session(id: string, writtenS?: number): string {
  const dir = join(home, 'sessions', id);
  mkdirSync(dir, {recursive: true});
  if (writtenS === undefined) return id;
  const log = join(dir, 'events.jsonl');
  writeFileSync(log, '');
  utimesSync(log, writtenS, writtenS);
  return id;
}

const found = async (wanted: string) => (await findSession(home, wanted)).id;

async function refusal(wanted: string): Promise<string> {
  const error = await findSession(home, wanted).catch((caught) => caught);
  expect(error.code).toBe('SESSION_NOT_FOUND');
  return `${error.message}. ${error.nextStep}`;
}

describe('a session is found', () => {
  it('by its id, its beginning or its end', async () => {
    const one = session('20260101-120000-aaaaaa');
    const other = session('20260101-120001-aaabbb');
    expect(await findSession(home, one)).toEqual({id: one, dir: join(home, 'sessions', one)});
    expect(await found('aaaaaa')).toBe(one);
    expect(await found('20260101-120001')).toBe(other);
    expect(await found('b')).toBe(other);
  });

  it('by an id that is also the beginning of another', async () => {
    session('mine-2');
    session('mine');
    expect(await found('mine')).toBe('mine');
  });

  it('as the last one by the time in its id, whatever was written last', async () => {
    session('20260101-120000-ffffff', 2000);
    const newer = session('20260102-090000-000000', 1000);
    session('zzz-not-one-of-ours', 3000);
    writeFileSync(join(home, 'sessions', '20260103-000000-aaaaaa'), 'a file');
    expect(await found('last')).toBe(newer);
  });

  it('as the last one within a second by its log', async () => {
    session('20260101-120000-ffffff', 1000);
    const written = session('20260101-120000-000000', 2000);
    session('20260101-120000-eeeeee');
    expect(await found('last')).toBe(written);
    const later = session('20260101-120000-eeeeff', 3000);
    expect(await found('last')).toBe(later);
  });
});

describe('a session that cannot be told is an error with the next step', () => {
  it('when there is none at all', async () => {
    expect(await refusal('last')).toMatch(/^there is no session yet\. .*ONESHOT_HOME/);
    expect(await refusal('x')).toMatch(/^there is no session "x"\. .*ONESHOT_HOME/);
  });

  it('with the newest ones', async () => {
    for (let day = 1; day <= 7; day++) session(`2026010${day}-120000-aaaaaa`);
    expect(await refusal('bbb')).toBe(
      'there is no session "bbb". The newest are 20260107-120000-aaaaaa, 20260106-120000-aaaaaa, 20260105-120000-aaaaaa, 20260104-120000-aaaaaa, 20260103-120000-aaaaaa.',
    );
    expect(await refusal('aaaaaa')).toMatch(
      /^"aaaaaa" may be 7 sessions\. Say which: 20260107-.* and 2 more\.$/,
    );
    expect(await refusal('2026010')).toMatch(/7 sessions/);
  });

  it('with all that it may be', async () => {
    session('20260101-120000-aaaaaa');
    session('20260101-120000-bbbbbb');
    expect(await refusal('20260101')).toBe(
      '"20260101" may be 2 sessions. Say which: 20260101-120000-bbbbbb, 20260101-120000-aaaaaa.',
    );
  });

  it.each(['../secret', '.', '..', '', 'a/b', 'a b', 'a\0b', `${'x'.repeat(300)}/`])(
    'such as %j',
    async (id) => {
      session('20260101-120000-aaaaaa');
      expect(await refusal(id)).toMatch(/is no session id\. An id has letters, digits/);
    },
  );

  it('with the cause when the folder cannot be read', async () => {
    writeFileSync(join(home, 'sessions'), 'a file');
    await expect(findSession(home, 'last')).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
      message: expect.stringContaining('ENOTDIR'),
    });
  });
});
