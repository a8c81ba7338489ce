import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeRollout, type RolloutCounts } from './rollout.ts';

const subject = { kind: 'Deployment', name: 'cart' };
const ready: RolloutCounts = {
  generation: 2,
  observedGeneration: 2,
  wanted: 3,
  total: 3,
  updated: 3,
  available: 3,
};

// each of these counted as deployed in Keptn.
test.each([
  ['its controller has not looked', { observedGeneration: 1 }, 'was not yet looked at'],
  ['its controller never looked', { observedGeneration: undefined }, 'was not yet looked at'],
  ['some pods are of the old template', { updated: 1 }, '1 of 3 pods are new'],
  ['old pods are still there', { total: 4 }, '1 old pods are still there'],
  ['some pods are not available', { available: 2 }, '2 of 3 pods are available'],
])('a rollout goes on while %s', (_what, counts, words) => {
  const judged = judgeRollout({ subject, counts: { ...ready, ...counts } });
  expect(judged.state).toBe('Progressing');
  expect(judged.message).toContain(words);
  expect(judged.message).toContain('Deployment "cart"');
});

test('every wanted pod new and available, no old one left: rolled out', () => {
  expect(judgeRollout({ subject, counts: ready }).state).toBe('Succeeded');
  expect(
    judgeRollout({ subject, counts: { ...ready, generation: undefined, observedGeneration: undefined } })
      .state,
  ).toBe('Succeeded');
});

test('nothing wanted and nothing there is rolled out', () => {
  expect(judgeRollout({ subject, counts: { wanted: 0, total: 0, updated: 0, available: 0 } }).state).toBe(
    'Succeeded',
  );
});

test('a workload that is gone, or whose controller gave up, is said', () => {
  expect(judgeRollout({ subject, counts: undefined })).toMatchObject({
    state: 'Progressing',
    message: expect.stringContaining('does not exist'),
  });
  expect(judgeRollout({ subject, counts: ready, failure: 'deadline exceeded' })).toMatchObject({
    state: 'Progressing',
    message: 'Deployment "cart": deadline exceeded',
  });
});

test('rolled out is never said too early', () => {
  const count = fc.nat({ max: 4 });
  const counts = fc.record({
    generation: count,
    observedGeneration: count,
    wanted: count,
    total: count,
    updated: count,
    available: count,
  });
  fc.assert(
    fc.property(counts, (given) => {
      const isThrough =
        given.observedGeneration >= given.generation &&
        given.updated >= given.wanted &&
        given.total <= given.updated &&
        given.available >= given.wanted;
      expect(judgeRollout({ subject, counts: given }).state).toBe(isThrough ? 'Succeeded' : 'Progressing');
    }),
    { numRuns: 1000 },
  );
});
