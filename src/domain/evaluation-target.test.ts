import fc from 'fast-check';
import { expect, test } from 'vitest';
import { meetsTarget } from './evaluation-target.ts';

/** True, false, or what is wrong. */
function judge(value: string, target: string): boolean | string {
  const met = meetsTarget(value, target);
  return met.ok ? met.value : met.error.message;
}

// Results observed in Keptn.
test.each([
  ['10', '<10', false],
  ['9.99', '<10', true],
  ['10', '>10', false],
  ['10.1', '>10', true],
  ['5', '>-1', true],
  ['1e3', '>999', true],
  ['1_000', '>1', true],
  ['+Inf', '>4', true],
  ['NaN', '>4', false],
  ['5', '>NaN', false],
])('value %s and target %s give %s', (value, target, met) => {
  expect(judge(value, target)).toBe(met);
});

test.each([
  ['', '>5', 'the metric has no value'],
  ['5', '', 'the evaluationTarget is empty'],
  ['abc', '>4', 'value "abc" is not a number'],
  ['10Mi', '>4', 'value "10Mi" is not a number'],
  ['0x10', '>15', 'value "0x10" is not a number'],
  ['5', '>=5', 'evaluationTarget ">=5" has "=5" for a number'],
  ['5', '5', 'evaluationTarget "5" begins with "5"'],
  ['5', '>', 'evaluationTarget ">" has "" for a number'],
  ['5', '=5', 'evaluationTarget "=5" begins with "="'],
  ['5', '!=4', 'evaluationTarget "!=4" begins with "!"'],
  ['5', '> 4', 'evaluationTarget "> 4" has " 4" for a number'],
  ['5', ' >4', 'evaluationTarget " >4" begins with " "'],
  ['abc', '', 'the evaluationTarget is empty'],
  ['abc', '=x', 'value "abc" is not a number'],
])('value %j and target %j are refused: %s', (value, target, why) => {
  expect(judge(value, target)).toContain(why);
});

test('a refused target says how one is written', () => {
  for (const target of ['', '>=5', '=5', '> 4'])
    expect(judge('5', target)).toMatch(/write < or > and a number, such as "<10"/);
});

// What Go's strconv.ParseFloat takes, with numbers around the one it gives.
test.each([
  ['5.', 4, 6],
  ['.5', 0, 1],
  ['-0', -1, 1],
  ['1E-3', 0, 0.01],
  ['1_23.50_0_0e+1_2', 1.2349e14, 1.2351e14],
  ['007', 6, 8],
  ['1e-400', -1, 1],
  ['0x1p4', 15, 17],
  ['0x_1_0.8p-1', 8.2, 8.3],
  ['-0X.8P1', -1.1, -0.9],
  ['0x1p-1074', 0, 1e-300],
  ['0x0.0000000001p1060', 1e300, Number.MAX_VALUE],
])('%s is a number', (value, below, above) => {
  expect([judge(value, `>${below}`), judge(value, `<${above}`)]).toEqual([true, true]);
});

test.each(['inf', 'Inf', '+INF', 'infinity', '+Infinity'])('%s is infinite', (value) => {
  expect(judge(value, '>1e308')).toBe(true);
  expect(judge(`-${value.replace('+', '')}`, '<-1e308')).toBe(true);
});

test.each([
  ' 5',
  '5 ',
  '5\n',
  '.',
  'e5',
  '1e',
  '1e+',
  '_1',
  '1_',
  '1__0',
  '1_.5',
  '1._5',
  '1e_5',
  '1e5_',
  '0x1',
  '0x.p1',
  '0x1__0p1',
  '0x1_p1',
  '0b1',
  '1e400',
  '-1e400',
  '0x1p2000',
  'infin',
  '+nan',
  '1,5',
  '٣',
])('%j is no number', (value) => {
  expect(judge(value, '<1')).toBe(`value "${value}" is not a number`);
});

test('every finite number that can be printed compares as it does in arithmetic', () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(number, number, (value, bound) => {
      expect(judge(String(value), `<${bound}`)).toBe(value < bound);
      expect(judge(String(value), `>${bound}`)).toBe(value > bound);
    }),
  );
});

test('any two texts are judged, never thrown at', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (value, target) => {
      expect(['boolean', 'string']).toContain(typeof judge(value, target));
    }),
  );
});
