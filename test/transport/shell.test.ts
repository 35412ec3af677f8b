import {describe, expect, it} from 'vitest';
import {windowsPlatform} from '../../src/transport/platform.ts';
import {isCmdLine, shellArgv} from '../../src/transport/shell.ts';

const LINE = 'echo "a  b" | find "a"';

describe('a line for the shell', () => {
  it('is one argument of /bin/sh', () => {
    expect(shellArgv(LINE, 'linux')).toEqual(['/bin/sh', '-c', LINE]);
    expect(isCmdLine(shellArgv(LINE, 'darwin'))).toBe(false);
    expect(isCmdLine(['cmd.exe', '/d', '/s', '/c'])).toBe(false);
    expect(isCmdLine(['cmd.exe', '/d', '/s', '/k', LINE])).toBe(false);
  });

  it('reaches cmd.exe as it is written', async () => {
    const platform = windowsPlatform(
      () => Promise.reject(new Error('nothing is to be parsed')),
      () => {},
    );
    const request = {
      argv: shellArgv(LINE, 'win32'),
      cwd: '.',
      env: {},
      stdin: null,
      transport: 'pipe',
      spoolDir: '.',
    } as const;
    expect(await platform.command(request)).toEqual({
      file: 'cmd.exe',
      args: ['/d', '/s', '/c', `"${LINE}"`],
      windowsVerbatimArguments: true,
    });
  });
});
