/** A prompt of 1 MiB in one line reaches stdin byte for byte on `pty` and `pipe`, and stdout and stderr stay apart. */
import {createHash, randomBytes} from 'node:crypto';
import {programPath, withTempFolder} from '../process.ts';
import {mustSucceed, runOnSpine, type SpineRun} from '../spine.ts';
import {defineCheck} from './check.ts';

const PROMPT_BYTES = 1024 * 1024;
/** Lines the program then writes to each stream. */
const LINES = 500;

export const prompt = defineCheck({
  full: {perTransport: 50},
  reduced: {perTransport: 5},
  async measure({perTransport}, progress) {
    const value = {promptsChanged: 0, streamsMixed: 0};
    let runs = 0;
    await withTempFolder(async (stateDir) => {
      for (const transport of ['pty', 'pipe'] as const) {
        for (let index = 0; index < perTransport; index++) {
          const text = newPrompt();
          const argv = [process.execPath, programPath('read-prompt.mjs'), String(LINES)];
          const ran = await runOnSpine(argv, {stateDir, transport, prompt: text});
          mustSucceed(ran);
          runs++;
          if (!arrived(ran, text)) value.promptsChanged++;
          if (!apart(ran)) value.streamsMixed++;
        }
        progress(`${transport}: ${perTransport} prompts`);
      }
    });
    const ok = runs === 2 * perTransport && value.promptsChanged === 0 && value.streamsMixed === 0;
    return {runs, value, target: {promptsChanged: 0, streamsMixed: 0}, ok};
  },
});

/** One line without an end, with multi-byte characters and whatever a terminal could take for a command. */
function newPrompt(): string {
  const start = `päivää 漢字 🙂 \u0003\u0004\u001a\u001b[2J\t\\ "${randomBytes(32).toString('hex')}" `;
  return start + 'x'.repeat(PROMPT_BYTES - Buffer.byteLength(start));
}

function arrived({recorded}: SpineRun, text: string): boolean {
  const got = JSON.parse(firstLine(recorded.stdout)) as {sha256: string; bytes: number; lineEnds: number};
  const sha256 = createHash('sha256').update(text).digest('hex');
  return got.sha256 === sha256 && got.bytes === PROMPT_BYTES && got.lineEnds === 0;
}

function apart({recorded}: SpineRun): boolean {
  const lines = (word: string) => Array.from({length: LINES}, (_, line) => `${word} ${line}\n`).join('');
  const out = recorded.stdout.subarray(firstLine(recorded.stdout).length + 1).toString();
  return out === lines('out') && recorded.stderr.toString() === lines('err');
}

function firstLine(bytes: Buffer): string {
  return bytes.subarray(0, bytes.indexOf(10)).toString();
}
