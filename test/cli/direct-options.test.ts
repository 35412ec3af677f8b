import {describe, expect, it} from 'vitest';
import {parseArguments} from '../../src/cli/arguments.ts';
import type {Config} from '../../src/cli/config/load.ts';
import type {Settings} from '../../src/cli/config/settings.ts';
import type {RunOptions} from '../../src/cli/invocation.ts';
import {complaint} from './config/folders.ts';

const AT = 'http://127.0.0.1:11434/v1';

/** `settings`: of a configuration file. */
function parse(argv: readonly string[], settings: Settings = {}): RunOptions {
  const config: Config = {
    layers: [{origin: () => '/home/.oneshot.json', settings}],
    files: [],
    notes: [],
    refused: null,
  };
  const surroundings = {env: {}, cwd: '/here', version: '1', readConfig: () => config};
  const invocation = parseArguments(['do it', ...argv], surroundings);
  if (invocation.command !== 'run') throw new Error(`parsed as ${invocation.command}`);
  return invocation.options;
}

const WORKER = ['--worker-endpoint', AT, '--worker-model', 'm'];
const AUDITOR = ['--auditor-endpoint', AT, '--auditor-model', 'm'];

describe('a direct role', () => {
  it('may be the worker, with an agent for its auditor', () => {
    const key = ['--worker-api-key-env', 'MY_KEY'];
    expect(parse(['--worker-provider', 'direct', ...WORKER, ...key])).toMatchObject({
      executor: 'direct',
      auditorExecutor: null,
      direct: {worker: ['--endpoint', AT, '--api-key-env', 'MY_KEY'], auditor: null},
    });
  });

  it('may be the auditor, with an agent for its worker', () => {
    expect(parse(['--executor', 'cline', '--auditor-provider', 'direct', ...AUDITOR])).toMatchObject({
      executor: 'cline',
      auditorExecutor: 'direct',
      direct: {worker: null, auditor: ['--endpoint', AT]},
    });
  });

  it('may be named as an executor too', () => {
    const both = ['--executor', 'direct', ...WORKER, '--auditor-executor', 'direct', ...AUDITOR];
    expect(parse(both)).toMatchObject({
      executor: 'direct',
      auditorExecutor: 'direct',
      direct: {worker: ['--endpoint', AT], auditor: ['--endpoint', AT]},
    });
    expect(parse([...both, '--worker-provider', 'direct']).direct).toEqual(parse(both).direct);
  });

  it('may stand in a configuration', () => {
    const settings = {auditorProvider: 'direct', auditorEndpoint: AT, auditorModel: 'm'} as const;
    expect(parse([], settings).direct.auditor).toEqual(['--endpoint', AT]);
    expect(parse([], {...settings, executor: 'claude', auditorExecutor: 'claude'}).auditorExecutor).toBe(
      'direct',
    );
    expect(parse(['--auditor-endpoint', `${AT}/x`], settings).direct.auditor).toEqual([
      '--endpoint',
      `${AT}/x`,
    ]);
  });

  it('of a configuration rests while a flag chooses an agent, or no audit', () => {
    const settings = {auditorProvider: 'direct', auditorEndpoint: AT, auditorModel: 'm'} as const;
    for (const flags of [
      ['--auditor-executor', 'claude'],
      ['--auditor-provider', 'executor'],
      ['--no-audit'],
    ]) {
      expect(parse(flags, settings).direct).toEqual({worker: null, auditor: null});
    }
    expect(parse(['--auditor-executor', 'claude'], settings).auditorExecutor).toBe('claude');
    expect(parse(['--executor', 'direct', ...WORKER], {executor: 'claude'}).executor).toBe('direct');
    expect(parse(['--worker-provider', 'executor'], {executor: 'direct', workerEndpoint: AT}).executor).toBe(
      'auto',
    );
    expect(parse(['--auditor-provider', 'executor'], {auditorExecutor: 'direct'}).auditorExecutor).toBeNull();
  });

  it.each<[string[], string]>([
    [
      WORKER,
      '--worker-endpoint has no meaning for an agent with a CLI. Add --worker-provider direct, or leave',
    ],
    [AUDITOR, '--auditor-endpoint has no meaning for an agent with a CLI. Add --auditor-provider direct,'],
    [['--worker-api-key-env', 'K'], '--worker-api-key-env has no meaning for an agent with a CLI. Add'],
    [['--executor', 'claude', ...WORKER], '--worker-endpoint has no meaning'],
    [['--worker-provider', 'executor', ...WORKER], '--worker-endpoint has no meaning'],
    [
      ['--worker-provider', 'direct', '--worker-model', 'm'],
      'a direct worker needs an endpoint. Add --worker-endpoint http',
    ],
    [
      ['--worker-provider', 'direct', '--worker-endpoint', AT],
      'a direct worker needs a model. Add --worker-model NAME.',
    ],
    [
      ['--auditor-executor', 'direct', '--auditor-endpoint', AT],
      'a direct auditor needs a model. Add --auditor-model NAME.',
    ],
    [
      ['--worker-provider', 'direct', '--executor', 'claude', ...WORKER],
      '--worker-provider direct contradicts --executor claude. Give one of the two.',
    ],
    [
      ['--auditor-provider', 'direct', '--auditor-executor', 'cline', ...AUDITOR],
      '--auditor-provider direct contradicts --auditor-executor cline. Give one of the two.',
    ],
    [
      ['--worker-provider', 'executor', '--executor', 'direct', ...WORKER],
      '--worker-provider executor contradicts --executor direct.',
    ],
  ])('%j is an error that says what to do', (argv, message) => {
    const {code, line} = complaint(() => parse(argv));
    expect(code).toBe(2);
    expect(line).toContain(`oneshot: USAGE: ${message}`);
  });

  it.each<[string[], string]>([
    [
      ['--worker-endpoint', 'localhost:11434'],
      '--worker-endpoint "localhost:11434" is no address of http or https.',
    ],
    [['--worker-endpoint', '--json'], '--worker-endpoint "--json" is not valid.'],
    [
      ['--auditor-endpoint', 'http://a:b@c.example/v1'],
      '--auditor-endpoint holds a user name or a password.',
    ],
    [['--worker-provider', 'openai'], '--worker-provider "openai" is not valid. It takes executor'],
    [['--worker-api-key-env', 'A B'], '--worker-api-key-env "A B" is not valid. It takes names of variables'],
    [
      ['--worker-api-key-env', ','],
      '--worker-api-key-env "," is not valid. It takes the name of one variable',
    ],
  ])('%j is no value', (argv, message) => {
    const {code, line} = complaint(() => parse(argv));
    expect(code).toBe(2);
    expect(line).toContain(`oneshot: INVALID_OPTION: ${message}`);
  });
});
