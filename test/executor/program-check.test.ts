import {dirname} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {requireProgram} from '../../src/executor/program-check.ts';
import {type Programs, programs} from './programs.ts';

let there: Programs;
beforeEach(() => {
  there = programs();
});
afterEach(() => there.remove());

const missing = (message: string) => ({code: 'AGENT_NOT_FOUND', message});

describe('a program that the user named', () => {
  it('is found on PATH, or by its path from the working directory', async () => {
    const path = there.write('bin/tool', '#!/bin/sh\n');
    await requireProgram('tool', {cwd: '/', env: {PATH: there.bin}});
    await requireProgram('bin/tool', {cwd: there.dir, env: {}});
    await requireProgram(path, {cwd: '/', env: {}});
  });

  it('that is not there is told, with the place where it was looked for', async () => {
    const cwd = dirname(there.bin);
    await expect(requireProgram('tool', {cwd, env: {PATH: there.bin}})).rejects.toMatchObject(
      missing('tool is not on PATH'),
    );
    await expect(requireProgram('./tool', {cwd, env: {PATH: there.bin}})).rejects.toMatchObject(
      missing(`there is no program ${cwd}/tool`),
    );
  });

  it('is on no PATH where there is none', async () => {
    await expect(requireProgram('sh', {cwd: '/', env: {}})).rejects.toMatchObject(
      missing('sh is not on PATH'),
    );
  });
});
