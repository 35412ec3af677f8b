import {describe, expect, it} from 'vitest';
import {type BadLine, type BatchLine, readBatch} from '../../src/cli/batch-file.ts';

const read = (text: string | Buffer) => readBatch(Buffer.from(text), '/tasks.jsonl');
const only = (text: string | Buffer) => read(text)[0] as BatchLine & BadLine;
const keysOf = (text: string) => read(text).map((line) => (line as BatchLine).key);

describe('a line of a batch', () => {
  it('is a task with settings, in either spelling', () => {
    const text = '{"task": "do it", "id": "a", "cwd": "sub", "max_iterations": 2, "idleTimeout": "90s"}';
    expect(only(text)).toMatchObject({
      line: 1,
      id: 'a',
      task: 'do it',
      cwd: 'sub',
      settings: {maxIterations: 2, idleTimeout: 90_000},
    });
  });

  it('has its own number, whatever else is in the file', () => {
    const text = '\ufeff// tasks\r\n\r\n{"task": "one"}\r\n  // more\n{"task": "two"}';
    expect(read(text).map(({line}) => line)).toEqual([3, 5]);
  });

  it.each([
    ['nothing', 'task: do it', 'it is not JSON'],
    ['a list', '["do it"]', 'it is no JSON object'],
    ['null', 'null', 'it is no JSON object'],
    ['an object without a task', '{"tsk": "do it"}', 'it has no task'],
    ['an empty task', '{"task": " "}', 'it has no task'],
    ['a task that is no text', '{"task": 7}', 'it has no task'],
    ['an id that is no text', '{"task": "x", "id": 7}', 'its id is no text'],
    ['a folder that is no path', '{"task": "x", "cwd": 7}', 'its cwd is no path'],
    ['a setting of the whole batch', '{"task": "x", "verbosity": "quiet"}', 'no setting of one task'],
    ['bytes that are no text', Buffer.from([0x7b, 0xff]), 'it is not UTF-8 text'],
  ])('that holds %s is told to be no task', (_, text, message) => {
    const {error} = only(text);
    expect(error.code).toBe('BATCH_LINE_INVALID');
    expect(error.message).toContain(message);
    expect(error.nextStep).not.toBe('');
  });

  it.each([
    ['an unknown key', '{"task": "x", "modell": "y"}', 'there is no key "modell"'],
    ['a wrong value', '{"task": "x", "permissionMode": "all"}', 'permissionMode "all" is not valid'],
    ['a secret', '{"task": "x", "workerApiKey": "y"}', 'workerApiKey'],
  ])('with %s is an error that names file and line', (_, text, message) => {
    const {error} = (read(`\n${text}`) as BadLine[])[0]!;
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain('/tasks.jsonl:2: ');
    expect(error.message).toContain(message);
  });

  it('may not have the id of another one', () => {
    const lines = read('{"task": "one", "id": "a"}\n{"task": "two", "id": "a"}') as BadLine[];
    expect(lines[1]).toMatchObject({line: 2, id: 'a'});
    expect(lines[1]!.error.message).toContain('stands in line 1 already');
  });

  it('is the same task wherever it stands, another one once it is changed, and one for each time', () => {
    const [one, two] = keysOf('{"task": "one"}\n{"task": "two"}');
    expect(keysOf('{"task": "two"}\n\n  {"task": "one"}  ')).toEqual([two, one]);
    expect(keysOf('{"task": "one."}')).not.toContain(one);
    const [first, second] = keysOf('{"task": "one"}\n{"task": "one"}');
    expect(first).toBe(one);
    expect(second).not.toBe(one);
  });
});
