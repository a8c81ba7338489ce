import { expect, test } from 'vitest';
import { tracedRelease } from '../../test/builders/traced-release.ts';
import { releaseSpans } from '../domain/trace/spans.ts';
import { durationOf, traceTree } from './trace-tree.ts';

const now = new Date('2026-01-01T00:00:30Z');

test('a release is a tree: each phase, workload and check below its parent, with when, how long and how it ended', () => {
  const spans = releaseSpans(tracedRelease({ state: 'Failed' }));
  expect(traceTree(spans, { columns: 100, colours: false, now })).toEqual([
    'shop-1-6b86b273                                  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━    25.8 s failed',
    '├─ AppPreDeployTasks                             ━━━━··························     3.2 s passed',
    '│  └─ pre-migrate-1                              ━━━···························     2.9 s passed',
    '└─ AppDeploy                                     ···━━━━━━━━━━━━━━━━━━━━━━━━━━━    22.6 s failed',
    '   └─ shop-cart-1                                ···━━━━━━━━━━━━━━━━━━━━━━━━━━━    22.4 s failed',
    '      ├─ shop-cart/WorkloadPreDeployTasks        ···━━━━━━·····················     4.9 s passed',
    '      │  └─ pre-smoke-1                          ···━━━━━━·····················     4.6 s passed',
    '      ├─ shop-cart/WorkloadDeploy                ·········━━━━━━━━━━━━━━·······    11.3 s passed',
    '      └─ shop-cart/WorkloadPostDeployEvaluations ······················━━━━━━━━     6.3 s failed',
    '         └─ post-eval-error-rate-1               ······················━━━━━━━·     5.5 s failed',
  ]);
});

test.each([40, 60, 80, 100, 200])('no line is longer than %i characters', (columns) => {
  const lines = traceTree(releaseSpans(tracedRelease()), { columns, colours: false, now });
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
});

test('what goes on ends now, and colours are used only where they are shown', () => {
  const spans = releaseSpans(tracedRelease()).map((span) => ({ ...span, endMs: undefined }));
  const [first] = traceTree(spans, { columns: 80, colours: false, now });
  expect(first).toMatch(/28\.9 s running$/);
  expect(traceTree(spans, { columns: 80, colours: true, now })[0]).toContain('\u001B[33mrunning');
});

test('nothing is drawn of nothing', () => {
  expect(traceTree([], { columns: 80, colours: false, now })).toEqual([]);
});

test.each([
  [-5, '0 ms'],
  [999.4, '999 ms'],
  [1000, '1.0 s'],
  [59_940, '59.9 s'],
  [59_960, '1m 00s'],
  [3_599_000, '59m 59s'],
  [3_600_000, '1h 00m'],
  [90_000_000, '25h 00m'],
])('%d ms is said as %s', (ms, text) => {
  expect(durationOf(ms)).toBe(text);
});
