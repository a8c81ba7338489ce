import { expect, test } from 'vitest';
import type { State } from '../api/lifecycle/v1/shared.ts';
import { states } from '../api/lifecycle/v1/shared.ts';
import { hasPassed, isCompleted, summarize } from './state.ts';

test.each<[State[], number, State]>([
  [[], 0, 'Succeeded'],
  [[], 1, 'Pending'],
  [['Succeeded', 'Deprecated'], 2, 'Failed'],
  [['Succeeded', 'Succeeded'], 2, 'Succeeded'],
  [['Succeeded'], 2, 'Pending'],
  [['Failed', 'Succeeded'], 2, 'Failed'],
  [['Failed', 'Pending'], 2, 'Failed'],
  [['Failed', 'Unknown'], 2, 'Failed'],
  [['Pending', 'Unknown'], 2, 'Pending'],
  [['Unknown', 'Succeeded'], 2, 'Unknown'],
  [['Progressing', 'Pending'], 2, 'Progressing'],
  // Keptn ended here, and the entry of the running check stayed as it was for ever.
  [['Failed', 'Progressing'], 2, 'Progressing'],
])('%s of %d is %s', (list, total, expected) => {
  expect(summarize(list, total)).toBe(expected);
  expect(summarize(list.toReversed(), total)).toBe(expected);
});

test('which states are final, and which let the next phase begin', () => {
  expect(states.filter(isCompleted)).toEqual(['Succeeded', 'Failed', 'Warning', 'Deprecated']);
  expect(states.filter(hasPassed)).toEqual(['Succeeded', 'Warning']);
  expect(isCompleted(undefined) || hasPassed(undefined)).toBe(false);
});
