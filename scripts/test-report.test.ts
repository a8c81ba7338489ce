import { expect, test } from 'vitest';
import { summarise } from './test-report.ts';

const report = (passed: number, failed: number, results: object[] = []) =>
  JSON.stringify({
    success: failed === 0 && results.length === 0,
    numPassedTests: passed,
    numFailedTests: failed,
    testResults: results,
  });

test.each([
  ['nothing ran', [], 'tests: 0 passed, 0 failed', false],
  ['all passed', [report(3, 0)], 'tests: 3 passed, 0 failed', true],
  ['several reports', [report(3, 0), report(4, 0)], 'tests: 7 passed, 0 failed', true],
  ['one failed', [report(3, 1)], 'tests: 3 passed, 1 failed', false],
  ['a report with no tests', [report(0, 0)], 'tests: 0 passed, 0 failed', false],
  [
    'a file that broke',
    [report(3, 0, [{ status: 'failed', assertionResults: [] }])],
    'tests: 3 passed, 1 failed',
    false,
  ],
  [
    'a failed test counted once',
    [report(3, 1, [{ status: 'failed', assertionResults: [{ status: 'failed' }] }])],
    'tests: 3 passed, 1 failed',
    false,
  ],
  [
    'a suite that never began',
    [report(3, 0), JSON.stringify({ success: false, numPassedTests: 0, numFailedTests: 0, testResults: [] })],
    'tests: 3 passed, 1 failed',
    false,
  ],
  ['half a report', [report(3, 0), '{"num'], 'tests: 3 passed, 1 failed', false],
])('%s', (_, reports, line, ok) => {
  expect(summarise(reports)).toEqual({ line, ok });
});
