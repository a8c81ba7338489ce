import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimalText, meanText } from './decimal.ts';

test.each([
  ['1.50', '1.5'],
  ['1e3', '1000'],
  ['1E+3', '1000'],
  ['0.00000012', '0.00000012'],
  ['1.2e-7', '0.00000012'],
  ['123456789012', '123456789012'],
  ['12345678901234567890.123456789', '12345678901234567890.123456789'],
  ['-0', '0'],
  ['-0.0e5', '0'],
  ['+007', '7'],
  ['5.', '5'],
  ['-1.5e1', '-15'],
  ['NaN', 'NaN'],
  ['Inf', '+Inf'],
  ['+Inf', '+Inf'],
  ['-Inf', '-Inf'],
  ['Infinity', '+Inf'],
  ['', undefined],
  ['1,5', undefined],
  ['0x10', undefined],
  ['1e', undefined],
  [' 1', undefined],
  ['1e9999', undefined],
  ['1e99999', undefined],
  ['null', undefined],
])('%j is %j', (text, plain) => {
  expect(decimalText(text)).toBe(plain);
});

test('MQ-9b: every double comes back from its text, and the text is its own', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (number) => {
      const plain = decimalText(String(number));
      expect(plain).toMatch(/^(-?\d+(\.\d*[1-9])?|[+-]Inf)$/);
      expect(Number(plain?.replace('Inf', 'Infinity'))).toBe(number === 0 ? 0 : number);
      expect(decimalText(plain ?? '')).toBe(plain);
    }),
  );
});

test('any text is a number or is not, and nothing is thrown', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(decimalText(text)).toSatisfy((plain) => plain === undefined || typeof plain === 'string');
    }),
  );
});

test.each([
  [['1.23456789012345678901'], '1.23456789012345678901'],
  [['1', '2'], '1.5'],
  [['1', '4', '10.5'], '5.166666666666667'],
  [['1', 'NaN'], 'NaN'],
  [['1', '+Inf'], '+Inf'],
  [['+Inf', '-Inf'], 'NaN'],
] as const)('the mean of %j is %s', (samples, mean) => {
  expect(meanText(samples)).toBe(mean);
});

test.each(['__proto__', 'constructor', 'toString'])('%s is no number', (text) => {
  expect(decimalText(text)).toBeUndefined();
});
