import { expect, test } from 'vitest';
import { summarise } from './test-report.ts';

const report = (passed: number, results: object[] = [], success = results.length === 0) =>
  JSON.stringify({
    success,
    numPassedTests: passed,
    numFailedTests: 0,
    testResults: results,
  });
const file = (status: string, assertionResults: object[] = []) => ({
  name: '/a/gate.test.ts',
  status,
  message: 'SyntaxError: no\nat line 1',
  assertionResults,
});
const passing = { status: 'passed', fullName: 'lifts', failureMessages: [] };
const failing = { status: 'failed', fullName: 'holds', failureMessages: ['Error: was lifted\n at gate.ts'] };
const lost = 'a suite that left no report of its end';

test.each([
  ['nothing ran', [], 'tests: 0 passed, 0 failed', []],
  ['all passed', [report(3, [file('passed', [passing])], true)], 'tests: 3 passed, 0 failed', []],
  ['several reports', [report(3), report(4)], 'tests: 7 passed, 0 failed', []],
  [
    'one failed',
    [report(3, [file('failed', [passing, failing])])],
    'tests: 3 passed, 1 failed',
    ['/a/gate.test.ts > holds: Error: was lifted'],
  ],
  ['a report with no tests', [report(0)], 'tests: 0 passed, 0 failed', []],
  [
    'a file that broke',
    [report(3, [file('failed')])],
    'tests: 3 passed, 1 failed',
    ['/a/gate.test.ts: SyntaxError: no'],
  ],
  ['a suite that never began', [report(3), report(0, [], false)], 'tests: 3 passed, 1 failed', [lost]],
  ['half a report', [report(3), '{"num'], 'tests: 3 passed, 1 failed', [lost]],
])('%s', (_, reports, line, failures) => {
  const ok = failures.length === 0 && !line.startsWith('tests: 0 passed');
  expect(summarise(reports)).toEqual({ line, ok, failures });
});
