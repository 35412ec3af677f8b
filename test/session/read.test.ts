import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {OneshotEvent} from '../../src/event.ts';
import {noGaps, type ReadGaps, readEvents} from '../../src/session/read.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'oneshot-read-'));
});

afterEach(() => rmSync(dir, {recursive: true, force: true}));

function note(seq: number, text = 'x'): string {
  const head = {v: 1, seq, at: 0, session: 's', iteration: 0, role: null, source: 'runner'};
  return JSON.stringify({...head, type: 'note', level: 'info', code: 'X', text});
}

async function read(log: string, maxLineBytes?: number): Promise<{seqs: number[]; gaps: ReadGaps}> {
  writeFileSync(join(dir, 'events.jsonl'), log);
  const gaps = noGaps();
  const events: OneshotEvent[] = [];
  for await (const event of readEvents(dir, {gaps, ...(maxLineBytes && {maxLineBytes})})) events.push(event);
  return {seqs: events.map(({seq}) => seq), gaps};
}

describe('the events of a recorded session', () => {
  it('come in order, also over the ends of chunks', async () => {
    const count = 5000;
    const lines = Array.from({length: count}, (_, index) => `${note(index + 1, 'é'.repeat(index % 50))}\n`);
    const {seqs, gaps} = await read(lines.join(''));
    expect(seqs).toEqual(Array.from({length: count}, (_, index) => index + 1));
    expect(gaps).toEqual(noGaps());
  });

  it('may be none', async () => {
    expect(await read('')).toEqual({seqs: [], gaps: noGaps()});
  });

  it('leave a torn last line out', async () => {
    const {seqs, gaps} = await read(`${note(1)}\n${note(2).slice(0, 40)}`);
    expect(seqs).toEqual([1]);
    expect(gaps).toEqual({...noGaps(), torn: true, tornBytes: 40});
    expect((await read(`${note(1)}\n${note(2)}`)).gaps.torn).toBe(true);
  });

  it('go on after lines that are no events', async () => {
    const {seqs, gaps} = await read(`{"a":\n${note(1)}\n\nnull\n7\n{"seq":3}\n${note(2)}\n`);
    expect(seqs).toEqual([1, 2]);
    expect(gaps).toEqual({...noGaps(), skippedLines: 5});
  });

  it('leave a line out that is too long, however it is cut', async () => {
    const {seqs, gaps} = await read(`${note(1)}\n${note(2, 'x'.repeat(200_000))}\n${note(3)}\n`, 1000);
    expect(seqs).toEqual([1, 3]);
    expect(gaps).toEqual({...noGaps(), skippedLines: 1, misplacedLines: 1});
  });

  it('need no place for what could not be read', async () => {
    writeFileSync(join(dir, 'events.jsonl'), `${note(1)}\nx\n`);
    const events: OneshotEvent[] = [];
    for await (const event of readEvents(dir)) events.push(event);
    expect(events).toHaveLength(1);
  });

  it('that cannot be read are an error with the path', async () => {
    await expect(readEvents(dir).next()).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
      message: expect.stringContaining(join(dir, 'events.jsonl')),
    });
    mkdirSync(join(dir, 'events.jsonl'));
    await expect(readEvents(dir).next()).rejects.toMatchObject({code: 'UNREADABLE_FILE'});
  });

  it.skipIf(process.platform === 'win32')(
    'that come from something without an end are not waited for',
    async () => {
      execFileSync('mkfifo', [join(dir, 'events.jsonl')]);
      await expect(readEvents(dir).next()).rejects.toMatchObject({
        code: 'UNREADABLE_FILE',
        message: expect.stringContaining('it is not a file'),
      });
    },
  );
});
