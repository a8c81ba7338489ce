import { expect, test } from 'vitest';
import { keptnEvaluation } from '../../test/builders/evaluation-objects.ts';
import { type Attempts, countAttempts, untilNextMs } from './attempts.ts';

const now = new Date('2026-01-01T00:00:10Z');

function count(given: Parameters<typeof keptnEvaluation>[0] = {}): Attempts {
  const counted = countAttempts(keptnEvaluation(given), now);
  if (!counted.ok) throw new Error(counted.error.message);
  return counted.value;
}

test.each([
  [0, 1],
  [1, 1],
  [2, 2],
])('%i retries allow %i attempts (Q-15)', (retries, allowed) => {
  expect(count({ spec: { retries } }).allowed).toBe(allowed);
});

test('the first look is an attempt', () => {
  expect(count()).toMatchObject({ made: 1, isDue: true, lastAtMs: now.getTime() });
});

test.each([
  ['2026-01-01T00:00:00.000Z', true, 3],
  ['2026-01-01T00:00:00.001Z', false, 2],
  ['2026-01-01T00:00:15.000Z', false, 2],
  // Set back by an hour: the evaluation does not wait for that hour to pass again.
  ['2026-01-01T01:00:10.000Z', true, 3],
])(
  'with an interval of 10 s and the last attempt at %s the next one is due: %s',
  (lastAttemptTime, isDue, made) => {
    expect(count({ status: { retryCount: 2, lastAttemptTime } })).toMatchObject({ isDue, made });
  },
);

test('the next attempt is an interval after the last, to the millisecond', () => {
  const attempts = count({ status: { retryCount: 1, lastAttemptTime: '2026-01-01T00:00:03.250Z' } });
  expect(untilNextMs(attempts, now)).toBe(3250);
});

test('an interval of nothing is a second', () => {
  expect(count({ spec: { retryInterval: '0' } }).intervalMs).toBe(1000);
  expect(count({ spec: { retryInterval: '10ms' } }).intervalMs).toBe(1000);
});

test('an interval beyond every calendar is an error', () => {
  expect(countAttempts(keptnEvaluation({ spec: { retryInterval: '9999999h' } }), now)).toMatchObject({
    ok: false,
    error: { tag: 'malformed' },
  });
});
