/** Every example of docs/library.md and of the README is run, as it stands there, against the built package and a scripted Claude. */
import {spawn} from 'node:child_process';
import {mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {Place, PROGRAM} from '../cli/program.ts';
import {examplesOf} from '../support/examples.ts';
import {claudeSays} from '../support/session.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

let place: Place;
beforeEach(() => {
  place = new Place();
  const scope = join(place.work, 'node_modules/@oneshot-cli/oneshot');
  mkdirSync(scope, {recursive: true});
  symlinkSync(join(root, 'package.json'), join(scope, 'package.json'));
  symlinkSync(dirname(dirname(PROGRAM)), join(scope, 'dist'));
  symlinkSync(join(root, 'node_modules/@opentelemetry'), join(place.work, 'node_modules/@opentelemetry'));
});
afterEach(() => place.remove());

const examples = ['docs/library.md', 'README.md'].flatMap((path) =>
  examplesOf(readFileSync(join(root, path), 'utf8')),
);

/** What each example prints, in their order. */
const PRINTED: readonly RegExp[] = [
  /^verified it is there A haiku\.\nrecorded in .*\n$/,
  /^A haiku\. 0\.5\n$/,
  /^3\n 0\n$/,
  /^AGENT_NOT_FOUND .*no-such-program.*\n$/,
  /^canceled .*\n$/,
  /^\S+ unverified Write a haiku\n(?:.*\n)*unverified\n$/,
  /^(?:\S+ unverified .*\n){2}$/,
  /^\{ type: 'system', subtype: 'init', session_id: 's1' \}\nnoise\nagent_session \{.*\}\nunparsed \{.*\}\n$/,
  /^(?:(?:worker|auditor) [\d.]+\n){4}$/,
  /^verified A haiku\.\n$/,
];

it('there is an expectation for each example', () => {
  expect(examples).toHaveLength(PRINTED.length);
});

it.each(examples.map((code, index) => [index + 1, code] as const))(
  'example %i runs',
  async (number, code) => {
    place.installClaude();
    const script = join(place.home, 'script.json');
    const done = claudeSays('{"verdict": "DONE", "reason": "it is there"}');
    writeFileSync(script, JSON.stringify([claudeSays('A haiku.'), done]));
    const file = join(place.work, 'example.mjs');
    writeFileSync(file, code);
    const child = spawn(process.execPath, [file], {cwd: place.work, env: {...place.env, SCRIPT: script}});
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(stdout, stderr).toMatch(PRINTED[number - 1]!);
  },
);
