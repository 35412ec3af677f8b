import {describe, expect, it} from 'vitest';
import {agentEnvironment, execEnvironment} from '../../src/executor/environment.ts';

const USER = {PATH: '/bin', FORCE_COLOR: '3'};
const HERE = {stdoutIsTerminal: true};
const ELSEWHERE = {stdoutIsTerminal: false};

describe('the environment of an agent', () => {
  it('asks for no colours, whatever the user wants on their own terminal', () => {
    expect(agentEnvironment(USER, {})).toEqual({PATH: '/bin', NO_COLOR: '1'});
  });

  it('is changed by --env last of all', () => {
    expect(agentEnvironment(USER, {FORCE_COLOR: '1', PATH: '/x'})).toEqual({
      PATH: '/x',
      NO_COLOR: '1',
      FORCE_COLOR: '1',
    });
  });
});

describe('the environment of a program under exec', () => {
  it('is the own one where stdout is a terminal', () => {
    expect(execEnvironment(USER, {A: '1'}, HERE)).toEqual({...USER, A: '1'});
  });

  it('asks for no colours where stdout is none, unless the user forces them', () => {
    expect(execEnvironment({PATH: '/bin'}, {}, ELSEWHERE)).toEqual({PATH: '/bin', NO_COLOR: '1'});
    expect(execEnvironment(USER, {}, ELSEWHERE)).toEqual(USER);
  });
});
