import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {readPrompt} from '../../src/cli/prompt.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oneshot-prompt-'));
});

afterAll(() => rmSync(folder, {recursive: true, force: true}));

const noStdin = {stdin: Readable.from([])};

function file(name: string, bytes: string | Buffer) {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return {from: 'file', path} as const;
}

describe('the prompt', () => {
  it('comes from a file exactly, byte order mark and line ends included', async () => {
    const text = '\ufeffone\r\ntwo é 日本\n';
    expect(await readPrompt(file('task.md', text), noStdin)).toBe(text);
  });

  it('comes from stdin, also where a character is cut in two', async () => {
    const bytes = Buffer.from('é 日本');
    const stdin = Readable.from([...bytes].map((byte) => Buffer.of(byte)));
    expect(await readPrompt({from: 'stdin'}, {stdin})).toBe('é 日本');
  });

  it.each(['', ' \n\t'])('that is empty (%j) is refused', async (text) => {
    await expect(readPrompt({from: 'argument', text}, noStdin)).rejects.toMatchObject({code: 'EMPTY_PROMPT'});
    await expect(readPrompt(file('empty', text), noStdin)).rejects.toMatchObject({code: 'EMPTY_PROMPT'});
    await expect(
      readPrompt({from: 'stdin'}, {stdin: Readable.from([Buffer.from(text)])}),
    ).rejects.toMatchObject({
      code: 'EMPTY_PROMPT',
    });
  });

  it('that is no UTF-8 is refused', async () => {
    const source = file('latin1', Buffer.from([0x63, 0x61, 0x66, 0xe9]));
    await expect(readPrompt(source, noStdin)).rejects.toMatchObject({code: 'UNREADABLE_FILE'});
  });

  it('that cannot be read is refused', async () => {
    const missing = {from: 'file', path: join(folder, 'nowhere')} as const;
    await expect(readPrompt(missing, noStdin)).rejects.toMatchObject({code: 'UNREADABLE_FILE'});
    await expect(readPrompt({from: 'file', path: folder}, noStdin)).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
    });
    const stdin = new Readable({read() {}});
    stdin.destroy(new Error('EIO'));
    await expect(readPrompt({from: 'stdin'}, {stdin})).rejects.toMatchObject({code: 'UNREADABLE_FILE'});
  });
});
