import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Amount, amountText, calculate, readAmount } from './amount.ts';
import type { ArithmeticSign } from './syntax.ts';

function amount(text: string): Amount {
  const read = readAmount(text);
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

test.each<[string, ArithmeticSign, string, string]>([
  ['0.1', '+', '0.2', '0.3'],
  ['10m', '+', '1', '1.01'],
  ['1Ki', '+', '1', '1025'],
  ['1', '-', '1500m', '-0.5'],
  ['1', '/', '3', '0.33333333333333333333'],
  ['-1', '/', '8', '-0.125'],
  ['1Gi', '/', '1Mi', '1024'],
  ['3', '*', '500m', '1.5'],
  ['9007199254740993', '+', '0', '9007199254740993'],
  ['1e3', '*', '1k', '1000000'],
  ['0', '*', '-1', '0'],
  ['1', '/', '-1e40', '-0.0000000000000000000000000000000000000001'],
])('%s %s %s is %s', (a, sign, b, expected) => {
  const result = calculate(amount(a), sign, amount(b));
  expect(result.ok ? amountText(result.value) : result.error.message).toBe(expected);
});

test.each<[string, ArithmeticSign, string, RegExp]>([
  ['1', '/', '0', /divides by zero/],
  ['10m', '+', '1Ki', /10m and 1Ki do not go together: one is in thousandths \(CPUs\)/],
  ['1Ki', '-', '10m', /1Ki and 10m do not go together/],
])('%s %s %s is refused', (a, sign, b, message) => {
  const result = calculate(amount(a), sign, amount(b));
  expect(result.ok ? '' : result.error.message).toMatch(message);
});

test('units that are divided or multiplied away no longer matter', () => {
  const perCpu = calculate(amount('1Gi'), '/', amount('500m'));
  const sum = perCpu.ok ? calculate(perCpu.value, '+', amount('10m')) : perCpu;
  expect(sum.ok && amountText(sum.value)).toBe('2147483648.01');
});

test('what nobody could read is refused before it fills the memory', () => {
  expect(readAmount('1e61')).toMatchObject({ ok: false, error: { tag: 'malformed' } });
  let product = amount('1e60');
  for (let power = 0; power < 9; power += 1) {
    const next = calculate(product, '*', amount('1e60'));
    if (next.ok) product = next.value;
  }
  expect(calculate(product, '*', amount('1e60'))).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining('600 digits') },
  });
});

test('sums of whole thousandths are those of whole numbers', () => {
  const thousandths = fc.integer({ min: -1_000_000, max: 1_000_000 });
  fc.assert(
    fc.property(thousandths, thousandths, (a, b) => {
      const sum = calculate(amount(`${a}m`), '+', amount(`${b}m`));
      expect(sum.ok && Number(amountText(sum.value))).toBe((a + b) / 1000);
    }),
  );
});
