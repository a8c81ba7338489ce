import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logTail } from './log-tail.ts';

/** Short pieces, many times: long texts of single characters take seconds to make. */
const anyLog = fc
  .tuple(fc.string({ unit: 'binary', maxLength: 30 }), fc.nat(300), fc.constantFrom('', '\n', '😀'))
  .map(([piece, times, between]) => Array.from({ length: times }, () => piece).join(between));

test('short words stay, without the blanks around them', () => {
  expect(logTail(' a\nb \n')).toBe('a\nb');
});

test.each([undefined, '', ' \n\t'])('%j is nothing to say', (text) => {
  expect(logTail(text)).toBeUndefined();
});

test('of a long log the last 20 lines stay', () => {
  const lines = Array.from({ length: 50 }, (_, i) => `line ${i}`);
  expect(logTail(lines.join('\n'))?.split('\n')).toEqual(lines.slice(-20));
});

test('a tail is bounded, the end of the text, and text that JSON keeps as it is', () => {
  fc.assert(
    fc.property(anyLog, (text) => {
      const tail = logTail(text) ?? '';
      expect(tail.length).toBeLessThanOrEqual(2000);
      expect(tail.split('\n').length).toBeLessThanOrEqual(20);
      expect(tail.isWellFormed()).toBe(true);
      expect(text.trim().endsWith(tail.slice(1))).toBe(true);
    }),
  );
});
