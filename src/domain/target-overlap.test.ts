import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Operator, operatorNames } from '../api/metrics/v1/target.ts';
import { judgeTarget } from './objective-target.ts';
import { quantityOfDecimal } from './quantity.ts';
import { hidesWarning } from './target-overlap.ts';

const at = (fixedValue: string | number) => ({ fixedValue });

test.each<[boolean, Operator, Operator]>([
  [false, { lessThan: at(5) }, { lessThan: at(10) }],
  [true, { lessThan: at(10) }, { lessThan: at(5) }],
  [true, { greaterThan: at('500m') }, { greaterThan: at('0.5') }],
  [false, { greaterThan: at(5) }, { greaterThanOrEqual: at(5) }],
  [true, { greaterThanOrEqual: at('1Ki') }, { inRange: { lowBound: 1024, highBound: '2k' } }],
  [true, { notInRange: { lowBound: 0, highBound: 1 } }, { greaterThan: at(1) }],
  [false, { notInRange: { lowBound: 0, highBound: 1 } }, { equalTo: at(1) }],
  [false, { lessThan: at('rubbish') }, { lessThan: at(5) }],
])('%j: failure %j, warning %j', (hidden, failure, warning) => {
  expect(hidesWarning(failure, warning)).toBe(hidden);
});

const operator = fc
  .tuple(fc.constantFrom(...operatorNames), fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 4 }))
  .map(
    ([name, low, width]): Operator =>
      name === 'inRange' || name === 'notInRange'
        ? { [name]: { lowBound: low, highBound: low + width } }
        : { [name]: { fixedValue: low } },
  );

test('it says what judging every value shows', () => {
  fc.assert(
    fc.property(operator, operator, (failure, warning) => {
      const seen = Array.from({ length: 49 }, (_, i) => String(i / 4 - 1)).some((text) => {
        const value = quantityOfDecimal(text);
        if (!value.ok) return false;
        const judged = judgeTarget({ failure, warning }, value.value, undefined);
        return judged.ok && judged.value.verdict === 'warning';
      });
      expect(hidesWarning(failure, warning)).toBe(!seen);
    }),
    { numRuns: 500 },
  );
});
