import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Quantity } from './quantity.ts';
import { type JudgedObjective, type Limits, scoreObjectives, type Verdict } from './score.ts';

function percent(mantissa: number, exponent = 0): Quantity {
  return { mantissa: BigInt(mantissa), exponent, form: 'decimal' };
}

const limits: Limits = { pass: percent(90), warning: percent(75), ofNothing: 0 };
const better: Readonly<Record<Verdict, Verdict>> = { fail: 'warning', warning: 'pass', pass: 'pass' };
const rank: Readonly<Record<Verdict, number>> = { fail: 0, warning: 1, pass: 2 };

test('limits may have decimals, and are included', () => {
  const objectives: JudgedObjective[] = [
    { verdict: 'pass', weight: 905, key: false },
    { verdict: 'fail', weight: 95, key: false },
  ];
  expect(scoreObjectives(objectives, { ...limits, pass: percent(905, -1) }).verdict).toBe('pass');
  expect(scoreObjectives(objectives, { ...limits, pass: percent(90501, -3) }).verdict).toBe('warning');
});

test('without a limit for warnings there are none', () => {
  const half: JudgedObjective[] = [{ verdict: 'warning', weight: 1, key: false }];
  expect(scoreObjectives(half, { pass: percent(90), ofNothing: 0 }).verdict).toBe('fail');
});

const objective = (weight: fc.Arbitrary<number>) =>
  fc.record({ verdict: fc.constantFrom<Verdict>('pass', 'warning', 'fail'), weight, key: fc.boolean() });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const anyLimits = fc
  .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), fc.constantFrom<0 | 100>(0, 100))
  .map(([a, b, ofNothing]) => ({
    pass: percent(Math.max(a, b)),
    warning: percent(Math.min(a, b)),
    ofNothing,
  }));

test('one objective that comes out better never makes the whole worse, for weights that are not negative', () => {
  const objectives = fc.array(objective(fc.nat(1000)), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(objectives, fc.nat(), anyLimits, (before, which, given) => {
      const index = which % before.length;
      const after = before.map((one, at) => (at === index ? { ...one, verdict: better[one.verdict] } : one));
      const [one, two] = [scoreObjectives(before, given), scoreObjectives(after, given)];
      expect(two.percent).toBeGreaterThanOrEqual(one.percent);
      expect(rank[two.verdict]).toBeGreaterThanOrEqual(rank[one.verdict]);
    }),
    { numRuns: 1000 },
  );
});

test('the order of the objectives is irrelevant', () => {
  fc.assert(
    fc.property(fc.array(objective(int32)), anyLimits, fc.func(fc.integer()), (objectives, given, key) => {
      const shuffled = objectives.toSorted((a, b) => key(a) - key(b));
      expect(scoreObjectives(shuffled, given)).toEqual(scoreObjectives(objectives, given));
    }),
    { numRuns: 1000 },
  );
});

test('nothing passes with a key objective that failed', () => {
  fc.assert(
    fc.property(fc.array(objective(int32)), int32, anyLimits, (objectives, weight, given) => {
      const failed: JudgedObjective = { verdict: 'fail', weight, key: true };
      expect(scoreObjectives([...objectives, failed], given).verdict).toBe('fail');
    }),
    { numRuns: 1000 },
  );
});

test('the percentage is between 0 and 100 for weights that are not negative, and a number for all others', () => {
  fc.assert(
    fc.property(
      fc.array(objective(fc.nat(2 ** 31 - 1)), { maxLength: 256 }),
      anyLimits,
      (objectives, given) => {
        const { percent: reached } = scoreObjectives(objectives, given);
        expect(reached).toBeGreaterThanOrEqual(0);
        expect(reached).toBeLessThanOrEqual(100);
      },
    ),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.array(objective(int32)), anyLimits, (objectives, given) => {
      expect(Number.isFinite(scoreObjectives(objectives, given).percent)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
