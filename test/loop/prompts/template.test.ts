import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {fill, placeholdersIn} from '../../../src/loop/prompts/template.ts';

describe('a template', () => {
  it('is filled in at every place', () => {
    expect(fill('{{a}} and {{ b }} and {{a}}', {a: '1', b: '2'})).toBe('1 and 2 and 1');
  });

  it('does not look again at what was filled in', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const value = `${text}{{b}}$&\\{{`;
        expect(fill('<{{a}}>', {a: value, b: 'secret'})).toBe(`<${value}>`);
        expect(fill('{{a}}', {a: value, b: 'secret'})).toBe(value);
      }),
    );
  });

  it('loses the line of a placeholder that has nothing to say, and the blank lines after it', () => {
    expect(fill('x\n\n{{a}}\n\n{{b}}\n\ny', {a: '', b: 'B'})).toBe('x\n\nB\n\ny');
    expect(fill('x\r\n{{a}}\r\ny', {a: ''})).toBe('x\r\ny');
    expect(fill('x {{a}} y', {a: ''})).toBe('x  y');
  });

  it('keeps an escaped placeholder and braces that hold no name', () => {
    expect(fill('\\{{a}} {{ a b }} {a} {{}}', {a: '1'})).toBe('{{a}} {{ a b }} {a} {{}}');
  });

  it('refuses a placeholder that it does not know, also one that every object has', () => {
    for (const name of ['task_', 'toString', '__proto__']) {
      expect(() => fill(`{{${name}}}`, {task: 't'})).toThrow(
        expect.objectContaining({code: 'INVALID_OPTION', message: expect.stringContaining(`{{${name}}}`)}),
      );
    }
  });

  it('names its placeholders once each', () => {
    expect(placeholdersIn('{{a}} {{b}}\n{{a}}\n\\{{c}}')).toEqual(['a', 'b']);
  });
});
