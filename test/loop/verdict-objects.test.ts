import {describe, expect, it} from 'vitest';
import {objectsIn} from '../../src/loop/verdict-objects.ts';

const read = (text: string) => objectsIn(text, {start: 0, end: text.length});
const fieldsIn = (text: string) => read(text).map(({fields}) => fields);

describe('objects in a text', () => {
  it('are found where they are', () => {
    const text = 'a {"b":{"c":1}} d {"e":"}"}';
    expect(read(text).map(({start, end}) => text.slice(start, end))).toEqual(['{"b":{"c":1}}', '{"e":"}"}']);
    expect(objectsIn(text, {start: 4, end: 10})).toEqual([]);
  });

  it('have their names in small letters', () =>
    expect(fieldsIn('{"Verdict":1,"A":{"B":2}}')).toEqual([{verdict: 1, a: {B: 2}}]));

  it('may have strings over several lines', () => {
    expect(fieldsIn('{"a":"one\ntwo","b":1}')).toEqual([{a: 'one\ntwo', b: 1}]);
    expect(fieldsIn('{"a":"see } and\n{ there"}')).toEqual([{a: 'see } and\n{ there'}]);
  });

  it('are told from a quote that was never closed', () => {
    expect(fieldsIn('{"a "b: }\n{"c":1}').at(-1)).toEqual({c: 1});
    expect(fieldsIn('{"a":"b\\')).toEqual([]);
    expect(fieldsIn('{"a":"b\n')).toEqual([]);
  });

  it('are not mended when they are long', () => {
    const long = 'x'.repeat(70_000);
    expect(fieldsIn(`{"a":"${long}"}`)).toEqual([{a: long}]);
    expect(fieldsIn(`{"a":"${long}",}`)).toEqual([]);
  });

  it('tell names that they have twice, at any depth', () => {
    const repeated = (text: string) => [...read(text)[0]!.repeated];
    expect(repeated('{"a":1,"b":{"a":1},"c":[{"a":"b"},{"a":":"}]}')).toEqual([]);
    expect(repeated('{"a":1,"A":2,"b":{"c":1,"\\u0063":2}}')).toEqual(['a', 'c']);
    expect(repeated("{'a':1,'a':2}")).toEqual(['a']);
  });
});
