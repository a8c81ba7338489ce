import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDurationMs } from './duration.ts';

const msPerUnit = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 6e4, h: 3.6e6 } as const;
const units = ['ns', 'us', 'µs', 'ms', 's', 'm', 'h'] as const;

test.each([
  ['0', 0],
  ['0s', 0],
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['0.5s', 500],
  ['100ms', 100],
  ['1m1m', 120_000],
  ['007s', 7_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDurationMs(text)).toEqual({ ok: true, value: ms });
});

// Keptn's pattern was anchored at one end of each branch only and admitted the first three.
test.each([
  '0garbage',
  'xx5s',
  '-5s',
  '',
  ' ',
  '5',
  '5 s',
  '5S',
  '1.s',
  '.5s',
  '+5s',
  '5s\n',
  '1d',
  'Infinity',
  '1e3s',
  '00',
])('"%s" is refused with a message that names it', (text) => {
  const read = parseDurationMs(text);
  expect(read).toMatchObject({ ok: false, error: { tag: 'malformed' } });
  if (!read.ok) expect(read.error.message).toContain(`"${text}"`);
});

test('more than Go can hold is refused, so that no duration becomes infinite', () => {
  expect(parseDurationMs('2562047h')).toMatchObject({ ok: true });
  expect(parseDurationMs('2562048h')).toMatchObject({ ok: false, error: { tag: 'malformed' } });
  expect(parseDurationMs(`${'9'.repeat(400)}h`)).toMatchObject({ ok: false, error: { tag: 'malformed' } });
});

test('parts add up', () => {
  const part = fc.record({ amount: fc.integer({ min: 0, max: 99_999 }), unit: fc.constantFrom(...units) });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const text = parts.map(({ amount, unit }) => `${amount}${unit}`).join('');
      const read = parseDurationMs(text);
      const sum = parts.reduce((total, { amount, unit }) => total + amount * msPerUnit[unit], 0);
      expect(read.ok && read.value).toBeCloseTo(sum, 3);
    }),
    { numRuns: 1000 },
  );
});

test('is total, and never gives anything but a finite amount', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9.hmsnuµ+-]*$/));
  fc.assert(
    fc.property(text, (any) => {
      const read = parseDurationMs(any);
      expect(read.ok ? Number.isFinite(read.value) && read.value >= 0 : read.error.tag).toBe(
        read.ok ? true : 'malformed',
      );
    }),
    { numRuns: 1000 },
  );
});
