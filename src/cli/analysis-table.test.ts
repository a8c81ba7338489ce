import { expect, test } from 'vitest';
import { analysisDefinitionSchema } from '../api/metrics/v1/analysis-definition.ts';
import { scoreAnalysis } from '../domain/analysis-score.ts';
import { analysisTable } from './analysis-table.ts';

test('a line an objective, with value, target, verdict and score, and the total', () => {
  const objective = (name: string, target: object, given: object = {}): object => ({
    analysisValueTemplateRef: { name },
    target,
    ...given,
  });
  const { spec } = analysisDefinitionSchema.parse({
    metadata: { name: 'quality' },
    spec: {
      objectives: [
        objective(
          'response-time-p95',
          {
            failure: { greaterThan: { fixedValue: '600m' } },
            warning: { greaterThan: { fixedValue: '400m' } },
          },
          { weight: 2, keyObjective: true },
        ),
        objective('errors', { failure: { notInRange: { lowBound: 0, highBound: 1 } } }),
        objective('traffic', {}, { weight: 0 }),
        objective('load', { comparison: { failure: { greaterThan: '+10%' } } }),
        objective('absent', { failure: { lessThan: { fixedValue: 1 } } }),
      ],
      totalScore: { passPercentage: 90, warningPercentage: 75 },
    },
  });
  const values = ['0.5', '0.123456789', '1500000', '3', undefined].map((value) => ({ value, query: 'q' }));
  const absent = { value: undefined, query: 'q', error: 'no value within 5m:\n no values in query result' };
  const { raw } = scoreAnalysis(spec, [...values.slice(0, 4), absent], []);
  expect(analysisTable(raw)).toEqual([
    'OBJECTIVE                VALUE     TARGET                    VERDICT                                              SCORE',
    'response-time-p95 (key)  0.5       fail > 600m, warn > 400m  warning                                              1/2',
    'errors                   0.123457  fail not in 0..1          pass                                                 1/1',
    'traffic                  1500000   none                      pass                                                 0/0',
    'load                     3         fail > earlier +10%       pass                                                 1/1',
    'absent                   -         fail < 1                  fail: no value within 5m: no values in query result  0/1',
    'total                                                                                                             3/5',
  ]);
});

test('a result of Keptn reads the same, without its lost error', () => {
  const raw =
    '{"objectiveResults":[{"result":{"failResult":{"operator":{},"fulfilled":false},"warnResult":{"operator":{},"fulfilled":false},"warning":false,"pass":false},"objective":{"analysisValueTemplateRef":{"name":"a"},"target":{},"weight":1},"value":0,"query":"","score":0,"error":{}}],"totalScore":0,"maximumScore":1,"pass":false,"warning":false}';
  expect(analysisTable(raw)[1]).toBe('a          -      none    fail: no value  0/1');
});

test.each(['', 'nonsense', '{}'])('what is no result says so: %j', (raw) => {
  expect(analysisTable(raw)).toEqual([expect.stringContaining('status.raw cannot be read')]);
});
