import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it} from 'vitest';
import {isSecretName, namedSecret, secretsOf} from '../../src/session/redact-secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'oneshot-redact-'));
const file = join(folder, 'key.json');
writeFileSync(file, '{}');
afterAll(() => rmSync(folder, {recursive: true}));

const valuesOf = (variables: Record<string, string | undefined>) =>
  secretsOf(variables).map(({value}) => value);

describe('a name', () => {
  it.each([
    'API_KEY',
    'ANTHROPIC_API_KEY',
    'ANTHROPIC_AUTH_TOKEN',
    'AWS_SECRET_ACCESS_KEY',
    'OPENAIKEY',
    'SSH_KEYS',
    'githubToken',
    'npm_config_//registry.npmjs.org/:_authToken',
    'DB_PASSWORD',
    'DB_PASSWD',
    'MYSQL_PWD',
    'SMTP_PASS',
    'GOOGLE_CREDENTIALS',
    'CLIENT_SECRET',
    'BASIC_AUTH',
    'SESSION_COOKIE',
    'my-passphrase',
    'GH_PAT',
  ])('%s is a secret one', (name) => expect(isSecretName(name)).toBe(true));

  it.each([
    'PWD',
    'OLDPWD',
    'PATH',
    'GIT_AUTHOR_NAME',
    'XAUTHORITY',
    'KEYBOARD_LAYOUT',
    'MONKEY',
    'SSH_ASKPASS',
    'COMPASS',
    'PATTERN',
    'HOME',
  ])('%s is not', (name) => expect(isSecretName(name)).toBe(false));
});

describe('a value', () => {
  it('of eight characters or more is a secret, quotes and white space around it left out', () => {
    expect(valuesOf({A_KEY: '1234567'})).toEqual([]);
    expect(valuesOf({A_KEY: '12345678'})).toEqual(['12345678']);
    expect(valuesOf({A_KEY: 'pässwört'})).toEqual(['pässwört']);
    expect(valuesOf({A_KEY: '😀😀😀😀x'})).toEqual([]);
    expect(valuesOf({A_KEY: ' "abcdefgh"\n'})).toEqual(['abcdefgh']);
    expect(valuesOf({A_KEY: '"abcdefgh'})).toEqual(['"abcdefgh']);
    expect(valuesOf({A_KEY: undefined})).toEqual([]);
  });

  it('may be base64 that begins like a path', () => {
    expect(valuesOf({A_KEY: '/abc+def/ghi='})).toEqual(['/abc+def/ghi=']);
  });

  it.each([
    ['SSH_AUTH_SOCK', '/tmp/ssh-XXXX/agent.1'],
    ['TOKEN_URL', 'https://example.com/oauth/token'],
    ['KEY_FILE', './keys/deploy.pem'],
    ['KEY_PATH', 'C:\\keys\\deploy.pem'],
    ['GOOGLE_APPLICATION_CREDENTIALS', file],
    ['MAX_OUTPUT_TOKENS', '100000000'],
    ['SECRET_SCANNING', 'disabled'],
    ['A_PASSWORD', '********'],
  ])('of %s such as %s is none', (name, value) => expect(valuesOf({[name]: value})).toEqual([]));

  it.each([
    ['TOKEN_URL', 'https://example.com/hook?key=abcdefgh'],
    ['API_TOKEN', '4711081512'],
    ['WEBHOOK_SECRET_URL', 'abcdefghijkl'],
  ])('of %s such as %s is one', (name, value) => expect(valuesOf({[name]: value})).toEqual([value]));

  it('may be the password in a URL, whatever the name', () => {
    expect(valuesOf({DATABASE_URL: 'postgres://user:s3cret%21pw@db.example/app'})).toEqual([
      's3cret%21pw',
      's3cret!pw',
    ]);
    expect(valuesOf({PROXY: 'http://user:bad%zzescape@proxy:8080'})).toEqual(['bad%zzescape']);
    expect(valuesOf({PROXY: 'http://user@proxy:8080'})).toEqual([]);
  });
});

describe('a variable that the user names', () => {
  it('is a secret whatever it looks like, unless it is short or not there', () => {
    expect(namedSecret('PLACE', {PLACE: '/usr/local'})).toEqual({name: 'PLACE', value: '/usr/local'});
    expect(namedSecret('PLACE', {PLACE: '/usr'})).toBe(null);
    expect(namedSecret('PLACE', {})).toBe(null);
  });
});
