import { expect, test } from 'vitest';
import { resources } from '../../resources.ts';

/** What is wrong with an objective of that target, or nothing. */
function problem(evaluationTarget: string): string {
  const parsed = resources.keptnevaluationdefinitions.parse({
    metadata: { name: 'd' },
    spec: { objectives: [{ keptnMetricRef: { name: 'm' }, evaluationTarget }] },
  });
  return parsed.ok ? '' : parsed.error.message;
}

test.each(['<10', '>10.1', '>-1', '<+3', '>.5', '<5.', '>1e3', '<1E-3', '>1_000', '<Inf'])(
  '%s is a target',
  (target) => {
    expect(problem(target)).toBe('');
  },
);

test.each([
  '',
  '10',
  '>',
  '>=5',
  '=5',
  '!=4',
  '> 4',
  ' >4',
  '>4 ',
  '<10Mi',
  '>abc',
  '>0x10',
  '>NaN',
  '>1e',
  '>1__0',
  '>1_',
])('%j is none', (target) => {
  expect(problem(target)).toMatch(/^spec\.objectives\[0\]\.evaluationTarget: must be < or >/);
});
