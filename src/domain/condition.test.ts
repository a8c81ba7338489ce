import { expect, test } from 'vitest';
import { type ConditionClaim, formatTime, setConditions } from './condition.ts';

const now = new Date('2026-01-01T00:00:00.999Z');
const claim: ConditionClaim = { type: 'Ready', status: 'True', reason: 'Completed', message: 'done' };

test('the time of a transition stays while the status does, and moves with it', () => {
  const [first] = setConditions(undefined, [claim], { now, generation: 3 });
  expect(first).toEqual({ ...claim, lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 3 });
  const stamp = { now: new Date('2026-01-02T00:00:00Z'), generation: 4 };
  const before = first === undefined ? [] : [first];
  expect(setConditions(before, [{ ...claim, reason: 'Other' }], stamp)).toMatchObject([
    { reason: 'Other', lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 4 },
  ]);
  expect(setConditions(before, [{ ...claim, status: 'False' }], stamp)).toMatchObject([
    { lastTransitionTime: '2026-01-02T00:00:00Z' },
  ]);
});

test('a message is cut to what Kubernetes admits, and no generation is written where none is known', () => {
  const [only] = setConditions([], [{ ...claim, message: 'x'.repeat(40_000) }], {
    now,
    generation: undefined,
  });
  expect(only?.message).toHaveLength(32_768);
  expect(Object.keys(only ?? {})).not.toContain('observedGeneration');
});

test('times have a resolution of one second', () => {
  expect(formatTime(now)).toBe('2026-01-01T00:00:00Z');
});
