import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  quantityOfDecimal,
  quantityToNumber,
} from './quantity.ts';

function quantity(text: string | number): Quantity {
  const read = parseQuantity(text);
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

function measured(text: string): Quantity {
  const read = quantityOfDecimal(text);
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

// The first rows are those of Keptn's results, the others those of the rules in apimachinery.
test.each([
  ['0.5', '500m'],
  ['1000m', '1'],
  ['1000', '1k'],
  ['1.0', '1'],
  ['1.5Mi', '1536Ki'],
  [2, '2'],
  ['1e3', '1e3'],
  ['1Ki', '1Ki'],
  ['1M', '1M'],
  ['10', '10'],
  ['+3', '+3'],
  ['0', '0'],
  ['000', '0'],
  ['-0', '0'],
  ['.5', '500m'],
  ['5.', '5.'],
  ['5.125', '5.125'],
  ['-0.5', '-500m'],
  ['1024Ki', '1Mi'],
  ['0.5Ki', '512'],
  ['1.0001Ki', '1024102400u'],
  ['1000e3', '1e6'],
  ['12e1', '120'],
  ['1e-1', '100e-3'],
  ['1000E', '1e21'],
  ['1e21', '1e21'],
  ['1E', '1E'],
  ['1Ei', '1Ei'],
  ['8Ei', '9223372036854775807'],
  ['0.9n', '1n'],
  ['-0.1n', '-1n'],
  ['1.2345', '1234500u'],
  ['0.0000000001', '1n'],
  ['0.0005', '500u'],
  ['1000000', '1M'],
  ['123456789012345678901', '123456789012345678901'],
])('%s is written %s', (text, written) => {
  expect(formatQuantity(quantity(text))).toBe(written);
});

test.each([
  '',
  ' 1',
  '1 ',
  '1kk',
  '1e1.5',
  'Ki',
  '.',
  '+',
  '--1',
  '1K',
  '1mi',
  'NaN',
  '0x10',
  '1_000',
  '1'.repeat(257),
])('"%s" is refused with a message that names it', (text) => {
  expect(parseQuantity(text)).toMatchObject({ ok: false, error: { tag: 'malformed' } });
});

test('an exponent beyond 32 bits is refused', () => {
  expect(parseQuantity('1e9999999999')).toMatchObject({ ok: false, error: { tag: 'malformed' } });
});

test('MQ-26: a threshold is what its digits say, not the nearest product of two floats', () => {
  expect(compareQuantities(measured('0.3'), quantity('0.3'))).toBe(0);
  expect(compareQuantities(measured('0.3'), quantity('300m'))).toBe(0);
  expect(compareQuantities(measured('0.30000000000000004'), quantity('0.3'))).toBeGreaterThan(0);
  expect(compareQuantities(measured('0.7'), quantity('0.7'))).toBe(0);
});

test.each([
  ['1e-400000', '1e400000', -1],
  ['-1e400000', '-1e-400000', -1],
  ['1Ki', '1024', 0],
  ['1Ki', '1k', 1],
  ['-1Ki', '-1k', -1],
  ['0.0000000001', '0.1n', 0],
  ['0', '-0', 0],
  ['9Ei', '9223372036854775807', 1],
])('%s compared with %s is %i', (a, b, sign) => {
  expect(Math.sign(compareQuantities(quantity(a), quantity(b)))).toBe(sign);
});

test.each([
  ['1e+06', '1000000'],
  ['0x10p0', '16'],
  ['1_000', '1000'],
  ['1.', '1'],
  ['-.5', '-0.5'],
  [`0.${'1'.repeat(300)}`, '0.1111111111111111'],
])('measured %s is %s', (text, same) => {
  expect(compareQuantities(measured(text), measured(same))).toBe(0);
});

test.each(['NaN', '+Inf', '-inf', '', ' 5', 'abc', '1e999', '10Mi'])(
  'measured "%s" is no quantity',
  (text) => {
    expect(quantityOfDecimal(text)).toMatchObject({ ok: false, error: { tag: 'malformed' } });
  },
);

const suffix = fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'T', 'Ki', 'Mi', 'Gi', 'e3', 'e-3', 'E5');
const written = fc
  .tuple(fc.constantFrom('', '-', '+'), fc.nat(), fc.option(fc.nat(9999), { nil: undefined }), suffix)
  .map(([sign, whole, part, end]) => `${sign}${whole}${part === undefined ? '' : `.${part}`}${end}`);

test('what is written reads back as the same value, unless it is finer than nano', () => {
  fc.assert(
    fc.property(written, (text) => {
      const first = quantity(text);
      const second = quantity(formatQuantity(first));
      const fine = first.exponent < -9;
      if (!fine) expect(compareQuantities(first, second)).toBe(0);
      expect(formatQuantity(second)).toBe(formatQuantity(first));
    }),
    { numRuns: 1000 },
  );
});

test('the order is that of the numbers where these are exact', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (a, b) => {
      expect(Math.sign(compareQuantities(quantity(a), quantity(b)))).toBe(Math.sign(a - b));
      expect(quantityToNumber(quantity(a))).toBe(a);
    }),
    { numRuns: 1000 },
  );
});

test('a measured double reads back as itself', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(quantityToNumber(measured(String(value))) + 0).toBe(value + 0);
    }),
    { numRuns: 1000 },
  );
});

test('reading is total', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.eEKMGiunm+-]*$/)), (text) => {
      const read = parseQuantity(text);
      if (read.ok) expect(formatQuantity(read.value)).not.toBe('');
    }),
    { numRuns: 1000 },
  );
});
