import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {ANSWER_FORMAT} from '../../src/loop/prompts/answer-format.ts';
import {claudeSays} from '../support/session.ts';
import {Place} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
  place.installClaude();
});

afterEach(() => place.remove());

const verdict = (word: string) =>
  claudeSays(JSON.stringify({verdict: word, reason: 'I looked.', feedback: 'A wall is {{task}}.'}));

/** A worker that needs two iterations. */
function script(): {SCRIPT: string} {
  const path = join(place.home, 'script.json');
  writeFileSync(
    path,
    JSON.stringify([claudeSays('One.'), verdict('RETRY'), claudeSays('Two.'), verdict('DONE')]),
  );
  return {SCRIPT: path};
}

function prompts(): string[] {
  const lines = readFileSync(join(place.home, 'script.json.starts'), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line).stdin);
}

function template(name: string, text: string | Buffer): string {
  writeFileSync(join(place.work, name), text);
  return name;
}

describe('a template of prompts', () => {
  it('replaces each of them, and the log tells which files they came from', async () => {
    const args = [
      ...['--worker-template', template('w.md', 'Be kind: {{task}}')],
      ...['--reworker-template', template('r.md', 'Again {{task}}\n{{feedback}}')],
      ...['--auditor-template', template('a.md', 'Judge {{task}}\n{{worker_text}}')],
    ];
    const {code, stderr} = await place.run([...args, 'paint it', '--worker-prompt-header', 'HEAD'], {
      env: script(),
    });
    expect({code, stderr}).toMatchObject({code: 0});
    const [first, audited, again] = prompts();
    expect(first).toBe('HEAD\n\nBe kind: paint it');
    expect(audited).toContain('Judge <task>\npaint it\n</task>\n<worker_text>\nOne.\n</worker_text>');
    expect(audited).toContain(ANSWER_FORMAT);
    expect(again).toBe('HEAD\n\nAgain paint it\n<feedback>\nA wall is {{task}}.\n</feedback>');
    const notes = place.events().filter((event) => event.type === 'note' && event.code === 'PROMPT_TEMPLATE');
    expect(notes).toMatchObject([
      {
        text: expect.stringContaining(
          `The template of the worker's first prompt is ${place.work}/w.md (sha256 `,
        ),
      },
      {text: expect.stringContaining('/r.md')},
      {text: expect.stringContaining('/a.md')},
    ]);
  });

  it('comes from the configuration, named relative to its file, where a project needs trust for it', async () => {
    template('own.md', 'Of the project: {{task}}');
    template('.oneshot.json', JSON.stringify({workerTemplate: './own.md', audit: true}));
    const sub = ['--cwd', '.', 'paint it'];
    expect(await place.run(sub, {env: script()})).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('CONFIG_UNTRUSTED'),
    });
    await place.run(['trust']);
    expect(await place.run(sub, {env: script()})).toMatchObject({code: 0});
    expect(prompts()[0]).toBe('Of the project: paint it');
  });

  it('holds for a resumed session too', async () => {
    const quick = ['--no-audit', '--executor', 'command', '--agent-arg', 'cat'];
    await place.run([...quick, 'paint it']);
    const file = template('r.md', '{{task}} / {{situation}} / {{instructions}}');
    const {code, stdout} = await place.run(['resume', 'and the door', '--reworker-template', file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^paint it \/ .*The user adds to the task\. \/ ## The user adds\n\n```text\nand the door\n```\n$/s,
    );
  });

  it.each([
    ['--worker-template', 'gone.md', null, 'UNREADABLE_FILE: cannot read'],
    ['--worker-template', 'w.md', Buffer.from([0xff]), 'w.md is not UTF-8 text. Save it as UTF-8 text.'],
    ['--worker-template', 'w.md', '', 'w.md holds no {{task}}.'],
    [
      '--worker-template',
      'w.md',
      '{{task}} {{diff}}',
      "w.md holds {{diff}}, which is no placeholder of the worker's first prompt",
    ],
    ['--reworker-template', 'r.md', 'again', 'Put {{task}} or {{first_prompt}} where the task belongs.'],
    ['--auditor-template', 'a.md', '{{task}} {{dif}}', 'Did you mean {{diff}}?'],
    ['--auditor-template', 'a.md', '{{task}} {{dif}}', 'as a text, write \\{{dif}}.'],
  ])('is refused before anything runs: %s %s', async (flag, name, text, message) => {
    if (text !== null) template(name, text);
    const {code, stderr} = await place.run([flag, name, 'paint it'], {env: script()});
    expect({code, stderr}).toEqual({code: 2, stderr: expect.stringContaining(message)});
    expect(place.sessions()).toEqual([]);
  });
});
