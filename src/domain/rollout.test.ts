import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PodTrouble } from '../api/core/release-pod.ts';
import { judgeRollout, type ObservedRollout } from './rollout.ts';

const subject = { kind: 'Deployment', name: 'cart' };
const ready = {
  generation: 2,
  observedGeneration: 2,
  wanted: 3,
  total: 3,
  updated: 3,
  available: 3,
  keptOld: 0,
};
const underWay = { ...ready, available: 1 };

test.each([
  ['its controller has not looked', { observedGeneration: 1 }, 'was not yet looked at'],
  ['its controller never looked', { observedGeneration: undefined }, 'was not yet looked at'],
  ['some pods are of the old template', { updated: 1 }, '1 of 3 pods are new'],
  ['old pods are still there', { total: 4 }, '1 old pods are still there'],
  ['some pods are not available', { available: 2 }, '2 of 3 pods are available'],
  ['pods above the partition are old', { updated: 1, keptOld: 1 }, '1 of 2 pods are new'],
  [
    'a pod below the partition is missing',
    { updated: 2, keptOld: 1, available: 2 },
    '2 of 3 pods are available',
  ],
])('a rollout goes on while %s (Q-27)', (_what, counts, words) => {
  const judged = judgeRollout({ subject, counts: { ...ready, ...counts } });
  expect(judged.state).toBe('Progressing');
  expect(judged.message).toContain(words);
  expect(judged.message).toContain('Deployment "cart"');
});

test('every wanted pod new and available, no old one left: rolled out', () => {
  expect(judgeRollout({ subject, counts: ready }).state).toBe('Succeeded');
  const unknown = { ...ready, generation: undefined, observedGeneration: undefined };
  expect(judgeRollout({ subject, counts: unknown }).state).toBe('Succeeded');
});

test('pods that are kept old on purpose don’t hold a rollout up, and are said', () => {
  const judged = judgeRollout({ subject, counts: { ...ready, updated: 1, keptOld: 2 } });
  expect(judged.state).toBe('Succeeded');
  expect(judged.message).toContain('2 of them old by the partition');
});

test('nothing wanted and nothing there is rolled out', () => {
  expect(judgeRollout({ subject, counts: { wanted: 0, total: 0, updated: 0, available: 0 } }).state).toBe(
    'Succeeded',
  );
});

test('a workload that is gone is said at once, with what to do', () => {
  expect(judgeRollout({ subject, counts: undefined })).toEqual({
    state: 'Progressing',
    message: 'Deployment "cart" does not exist any more; deploy the workload again',
  });
});

test('a workload that makes pods of another version now says nothing about this one', () => {
  expect(judgeRollout({ subject, counts: ready, movedOnTo: '2.0.0' })).toMatchObject({
    state: 'Progressing',
    message: 'Deployment "cart" makes pods of version "2.0.0" now',
  });
});

test('a failure that its controller reports counts at once, one about an older generation not at all', () => {
  const failure = { message: 'Degraded: aborted' };
  expect(judgeRollout({ subject, counts: underWay, failure })).toEqual({
    state: 'Failed',
    message: 'Deployment "cart": Degraded: aborted',
  });
  expect(judgeRollout({ subject, counts: { ...underWay, generation: 3 }, failure }).state).toBe(
    'Progressing',
  );
});

test('a deadline that ran on while pods were gated counts once it has passed since they were let go', () => {
  const failure = { message: 'no progress within 60 s', afterSeconds: 60 };
  const at = (elapsedMs: number) => judgeRollout({ subject, counts: underWay, failure }, elapsedMs);
  expect(at(0)).toMatchObject({ state: 'Progressing', againMs: 60_000 });
  expect(at(59_000)).toMatchObject({ state: 'Progressing', againMs: 1000 });
  expect(at(60_000)).toMatchObject({ state: 'Failed' });
});

const trouble = (given: Partial<PodTrouble>): PodTrouble => ({
  container: 'main',
  reason: 'CrashLoopBackOff',
  message: '',
  restarts: 5,
  exitCode: 137,
  exitReason: 'OOMKilled',
  ...given,
});
const withTroubles = (...pods: readonly (readonly PodTrouble[])[]): ObservedRollout => ({
  subject,
  counts: underWay,
  troubled: pods.map((troubles, i) => ({ namespace: 'shop', name: `cart-${i}`, troubles })),
});

test('a container that keeps crashing fails the rollout and is named with its end and where its log is', () => {
  const { state, message } = judgeRollout(withTroubles([trouble({})]));
  expect(state).toBe('Failed');
  for (const word of [
    'container "main" of pod "cart-0"',
    '5 restarts',
    'exit code 137 (OOMKilled)',
    'kubectl logs --namespace shop cart-0 --container main --previous',
  ])
    expect(message).toContain(word);
});

test('a container that crashed a few times is said, with how often it may', () => {
  const { state, message } = judgeRollout(withTroubles([trouble({ restarts: 4, exitReason: '' })]));
  expect(state).toBe('Progressing');
  expect(message).toContain('1 of 3 pods are available; container "main" of pod "cart-0" crashes');
  expect(message).toContain('4 restarts, last exit code 137; the version fails at 5');
});

test('a rollout that is through is through, whatever a pod beyond the wanted ones does', () => {
  expect(judgeRollout({ ...withTroubles([trouble({})]), counts: ready }).state).toBe('Succeeded');
});

test.each([
  [{ reason: 'ImagePullBackOff' }, 'correct the image or its pull secret'],
  [{ reason: 'CreateContainerConfigError', message: 'secret "db" not found' }, 'secret "db" not found'],
  [{ container: '', reason: 'Unschedulable', message: '0/1 nodes are available' }, '0/1 nodes are available'],
])('what keeps a pod from starting is said with its remedy: %j', (given, words) => {
  const { state, message } = judgeRollout(withTroubles([trouble({ restarts: 0, ...given })]));
  expect(state).toBe('Progressing');
  expect(message).toContain(words);
});

test('many pods with the same trouble are one sentence, the same in any order', () => {
  const rollout = withTroubles(...Array.from({ length: 9 }, () => [trouble({ reason: 'ImagePullBackOff' })]));
  const { message } = judgeRollout(rollout);
  expect(message).toContain('pod "cart-0" and 8 more');
  expect(judgeRollout({ ...rollout, troubled: rollout.troubled?.toReversed() ?? [] }).message).toBe(message);
});

const count = fc.nat({ max: 4 });
const anyCounts = fc.record({
  generation: count,
  observedGeneration: count,
  wanted: count,
  total: count,
  updated: count,
  available: count,
  keptOld: count,
});

test('rolled out is said if and only if the newest generation was looked at and all that is wanted is new and available', () => {
  fc.assert(
    fc.property(anyCounts, (given) => {
      const kept = Math.min(given.keptOld, given.wanted);
      const isThrough =
        given.observedGeneration >= given.generation &&
        given.updated >= given.wanted - kept &&
        given.total - kept <= given.updated &&
        given.available >= given.wanted;
      expect(judgeRollout({ subject, counts: given }).state).toBe(isThrough ? 'Succeeded' : 'Progressing');
    }),
    { numRuns: 1000 },
  );
});

test('whatever else is known, rolled out is never said too early, and a message names the workload', () => {
  const rollout = fc.record({
    subject: fc.constant(subject),
    counts: fc.option(anyCounts, { nil: undefined }),
    failure: fc.option(fc.record({ message: fc.string(), afterSeconds: count }), { nil: undefined }),
    waitsFor: fc.option(fc.string(), { nil: undefined }),
    hints: fc.array(fc.string(), { maxLength: 2 }),
    movedOnTo: fc.option(fc.string(), { nil: undefined }),
    troubled: fc.array(
      fc.record({
        namespace: fc.constant('shop'),
        name: fc.string(),
        troubles: fc.array(
          fc
            .record({
              restarts: fc.nat({ max: 9 }),
              reason: fc.constantFrom('CrashLoopBackOff', 'Unschedulable'),
            })
            .map(trouble),
          { maxLength: 2 },
        ),
      }),
      { maxLength: 3 },
    ),
  });
  fc.assert(
    fc.property(rollout, fc.nat({ max: 5000 }), (given, elapsedMs) => {
      const { state, message, againMs } = judgeRollout(given, elapsedMs);
      expect(message).toContain('Deployment "cart"');
      if (againMs !== undefined) expect(againMs).toBeGreaterThan(0);
      if (state !== 'Succeeded') return;
      const counts = given.counts ?? { ...ready, wanted: 99 };
      expect(counts.observedGeneration).toBeGreaterThanOrEqual(counts.generation);
      expect(counts.available).toBeGreaterThanOrEqual(counts.wanted);
      expect(counts.updated + counts.keptOld).toBeGreaterThanOrEqual(counts.wanted);
      expect([given.movedOnTo, given.waitsFor]).toEqual([undefined, undefined]);
    }),
    { numRuns: 2000 },
  );
});
