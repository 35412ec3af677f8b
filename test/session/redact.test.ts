import {describe, expect, it} from 'vitest';
import type {EventBody, RunStarted} from '../../src/event.ts';
import {createRedactor} from '../../src/session/redact.ts';
import {KEY_PATTERNS, MAX_RUN_BYTES, MAX_UNSURE_BYTES} from '../../src/session/redact-patterns.ts';

const bare = createRedactor({environments: []});
const text = bare.text;
const masked = (length: number) => expect.stringMatching(new RegExp(`^.{${length}}$`));

describe('a redactor', () => {
  it('knows the secrets of all environments and the variables that are named', () => {
    const redactor = createRedactor({
      environments: [{A_TOKEN: 'aaaabbbb'}, {B_TOKEN: 'ccccdddd', PLACE: 'eeeeffff', TINY: 'x'}],
      names: ['PLACE', 'TINY', 'MISSING'],
    });
    expect(redactor.text('aaaabbbb ccccdddd eeeeffff x')).toBe('******** ******** ******** x');
    expect(redactor.ignoredNames).toEqual(['TINY', 'MISSING']);
  });

  it('names the first of several variables with one value', () => {
    const value = 'abcdefghijklmnopqrstuvwxyz';
    const redactor = createRedactor({environments: [{A_TOKEN: value}, {B_TOKEN: value}]});
    expect(redactor.text(value)).toContain('[redacted:A_TOKEN]');
  });

  it('returns a text without a secret as it is', () => {
    const loneSurrogate = 'a\ud83d';
    expect(text(loneSurrogate)).toBe(loneSurrogate);
  });
});

describe('keys are known by their looks', () => {
  const found: [string, string][] = [
    ['sk-ant-api03-AbCdEfGh_-x', 'anthropic-key'],
    ['sk-proj-abcdef0123456789', 'sk-key'],
    ['sk-abcdefghijklmnopqrst', 'sk-key'],
    ['sk_live_0123456789abcdefghij', 'stripe-key'],
    ['ghp_0123456789abcdefghij', 'github-token'],
    ['github_pat_0123456789abcdefghij', 'github-token'],
    ['glpat-0123456789abcdef', 'gitlab-token'],
    ['npm_0123456789abcdefghij0123456789', 'npm-token'],
    ['hf_0123456789abcdefghij0123456789', 'huggingface-token'],
    ['xoxb-0123456789-abc', 'slack-token'],
    ['AIza0123456789abcdefghij0123456789', 'google-key'],
    ['AKIA0123456789ABCDEF', 'aws-key-id'],
    ['eyJhbGciOiJI.eyJzdWIiOiIx.abcdefgh', 'jwt'],
  ];

  it.each(found)('%s', (key, name) => {
    const stream = bare.stream(100);
    const released = [stream.feed(Buffer.from(`key=${key}, `)), stream.end()];
    expect(released.flatMap(({redactions}) => redactions)).toEqual([{offset: 104, length: key.length, name}]);
    expect(text(key)).toEqual(masked(key.length));
    expect(text(key)).not.toContain(key.slice(-6));
    expect(text(JSON.stringify({key: `\n${key}`}))).not.toContain(key.slice(-6));
  });

  it('but not within a word, not where they are too short, not where they are words', () => {
    for (const harmless of [
      'disk-0123456789abcdefghij',
      'sk-learn-estimator-for-all',
      'sk-12345',
      'npm_config_registry_0123456789abcdef',
      'AKIA0123456789abcdef',
      'eyJhbGciOiJI alone',
      'eyJ.eyJzdWIi.abcdefgh',
      'eyJhbGciOiJI.short',
      'Bearer authentication/authorization',
      'eyJ',
    ])
      expect(text(`${harmless} `)).toBe(`${harmless} `);
  });

  it('and the word Bearer stays', () => {
    const line = text('Authorization: Bearer abcdefgh12345678\r\n');
    expect(line).toBe('Authorization: Bearer [redacted]******\r\n');
  });

  it('and so do the lines around a private key', () => {
    const body = `${'MIIEabcdefghijklmnopqrstuvwxyz0123456789'.repeat(3)}\n`.repeat(3);
    const pem = `-----BEGIN RSA PRIVATE KEY-----\n${body}-----END RSA PRIVATE KEY-----\nand more words\n`;
    for (const shown of [text(pem), JSON.parse(text(JSON.stringify(pem)))]) {
      expect(shown).toContain('BEGIN RSA PRIVATE KEY');
      expect(shown).toContain('[redacted:private-key]');
      expect(shown).toContain('and more words');
      expect(shown).not.toContain('MIIE');
    }
    const prose = 'Look for -----BEGIN PRIVATE KEY----- in the file and then go on with it.';
    expect(text(prose)).toBe(prose);
    const unsure = `-----BEGIN PRIVATE KEY----- ${'and on '.repeat(100)}`;
    expect(text(unsure)).toBe(unsure);
    expect(text('-----END PRIVATE KEY-----')).toBe('-----END PRIVATE KEY-----');
  });

  it('is held back no longer than a key needs to show itself', () => {
    const stream = bare.stream();
    const blob = Buffer.from(`eyJ${'a'.repeat(5000)}`);
    expect(stream.feed(blob).bytes).toHaveLength(blob.length);
    expect(stream.feed(Buffer.from(`sk-${'a-'.repeat(MAX_UNSURE_BYTES)}`)).redactions).toEqual([]);
    expect(stream.isHolding).toBe(false);
  });

  it('as far as a key may reach', () => {
    const stream = bare.stream();
    const {redactions} = stream.feed(Buffer.from(`ghp_${'a1'.repeat(MAX_RUN_BYTES)}`));
    expect(redactions).toEqual([{offset: 0, length: 4 + MAX_RUN_BYTES, name: 'github-token'}]);
  });

  it('and no pattern is longer than what is held back', () => {
    for (const {min} of KEY_PATTERNS) expect(min).toBeLessThan(MAX_UNSURE_BYTES);
  });
});

describe('holding back', () => {
  const held = (written: string) => {
    const stream = createRedactor({environments: [{A_TOKEN: 'hunter2-hunter2'}]}).stream();
    return written.slice(stream.feed(Buffer.from(written)).bytes.length);
  };

  it.each([
    ['what is said hunter2-hun', 'hunter2-hun'],
    ['what is said hunter2-h-', ''],
    ['Yes', ''],
    ['it is s', 's'],
    ['a path C:\\', '\\'],
    ['sk-ant-', 'sk-ant-'],
    ['bash-', ''],
    ['the end.', ''],
  ])('of %j: %j', (written, rest) => expect(held(written)).toBe(rest));

  it('takes no bytes, gives no bytes', () => {
    expect(bare.stream().feed(Buffer.alloc(0)).bytes).toHaveLength(0);
  });
});

describe('an event of our own', () => {
  const redactor = createRedactor({environments: [{A_TOKEN: 'completed', B_TOKEN: 'hunter2-hunter2'}]});

  it('is redacted wherever it holds words', () => {
    const body = {
      type: 'run_started',
      argv: ['agent', '--key', 'hunter2-hunter2'],
      promptDelivery: 'none',
      pid: 1,
      agentVersion: null,
    } as unknown as RunStarted;
    expect(redactor.body(body)).toEqual({...body, argv: ['agent', '--key', '[redacted]*****']});
    const swept: EventBody = {
      type: 'processes_swept',
      ended: [{pid: 2, command: 'x hunter2-hunter2'}],
      survivors: [],
      kept: [],
    };
    expect(redactor.body(swept)).toEqual({...swept, ended: [{pid: 2, command: 'x [redacted]*****'}]});
  });

  it('keeps the words that are part of the format', () => {
    const body = {
      type: 'run_finished',
      outcome: 'completed',
      reason: 'it completed',
    } as unknown as RunStarted;
    expect(redactor.body(body)).toEqual({...body, reason: 'it *********'});
  });

  it('without a secret is the same object', () => {
    const body: EventBody = {type: 'iteration_started', maxIterations: 5};
    expect(redactor.body(body)).toBe(body);
  });
});
