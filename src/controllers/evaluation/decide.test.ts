import { describe, expect, test } from 'vitest';
import {
  evaluationSnapshot,
  keptnEvaluation,
  keptnMetric,
  objective,
  reading,
} from '../../../test/builders/evaluation-objects.ts';
import { keptnEvaluationSchema } from '../../api/lifecycle/v1/keptn-evaluation.ts';
import type { Decision } from '../../domain/decision.ts';
import { decideEvaluation } from './decide.ts';

type Status = NonNullable<ReturnType<typeof keptnEvaluation>['status']>;

/** The status that a decision applies, as it would be read again. */
function statusOf({ actions }: Decision): Status {
  const applied = actions.find((action) => action.kind === 'applyStatus');
  if (applied?.kind !== 'applyStatus') throw new Error('no status is applied');
  const { status } = keptnEvaluationSchema.parse({ ...keptnEvaluation(), status: applied.object['status'] });
  if (status === undefined) throw new Error('the status is empty');
  return status;
}

function events({ actions }: Decision): string[] {
  return actions.flatMap((action) =>
    action.kind === 'emitEvent' ? [`${action.type} ${action.reason}: ${action.note}`] : [],
  );
}

function condition(decision: Decision, type: string): string {
  const found = statusOf(decision).conditions?.find((one) => one.type === type);
  return `${found?.status} ${found?.reason}: ${found?.message}`;
}

const range = (value: string) => [
  reading('errors >10', keptnMetric(value)),
  reading('errors <20', keptnMetric(value)),
];
const begun = { startTime: '2026-01-01T00:00:00Z', lastAttemptTime: '2026-01-01T00:00:00.000Z' };

describe('an attempt', () => {
  test('passes when every objective holds in it', () => {
    const decision = decideEvaluation(evaluationSnapshot({ readings: range('15') }));
    expect(statusOf(decision)).toMatchObject({
      overallStatus: 'Succeeded',
      retryCount: 1,
      startTime: '2026-01-01T00:00:00Z',
      endTime: '2026-01-01T00:00:00Z',
      evaluationStatus: {
        'errors >10': { value: '15', status: 'Succeeded', message: "value '15' met objective '>10'" },
        'errors <20': { value: '15', status: 'Succeeded', message: "value '15' met objective '<20'" },
      },
    });
    expect(condition(decision, 'Ready')).toMatch(
      /^True Completed: attempt 1 of 3 passed: errors >10: value '15'/,
    );
    expect(decision.outcome).toEqual({ kind: 'done' });
    expect(events(decision)).toEqual([]);
  });

  test.each(['5', '25'])('does not pass on a range that %s violates (Q-4)', (value) => {
    const decision = decideEvaluation(evaluationSnapshot({ readings: range(value) }));
    expect(statusOf(decision)).toMatchObject({ overallStatus: 'Progressing', retryCount: 1 });
    const results = Object.values(statusOf(decision).evaluationStatus).map(({ status }) => status);
    expect(results.toSorted()).toEqual(['Failed', 'Succeeded']);
  });

  test('measures what passed before again (Q-4)', () => {
    const status = {
      ...begun,
      retryCount: 1,
      overallStatus: 'Progressing',
      evaluationStatus: {
        errors: { value: '5', status: 'Succeeded' },
        latency: { value: '9', status: 'Failed' },
      },
    };
    const decision = decideEvaluation(
      evaluationSnapshot({
        evaluation: keptnEvaluation({ status }),
        readings: [
          reading('errors <10', keptnMetric('50')),
          reading('latency <1', keptnMetric('0.5', { metadata: { name: 'latency' } })),
        ],
        now: new Date('2026-01-01T00:00:10Z'),
      }),
    );
    expect(statusOf(decision)).toMatchObject({
      overallStatus: 'Progressing',
      retryCount: 2,
      evaluationStatus: { errors: { status: 'Failed' }, latency: { status: 'Succeeded' } },
    });
  });

  test('with an objective that cannot be measured does not pass', () => {
    const readings = [reading('errors <10', keptnMetric('5')), reading('latency <1', undefined)];
    expect(statusOf(decideEvaluation(evaluationSnapshot({ readings }))).overallStatus).toBe('Progressing');
  });

  test('of a definition without objectives passes at once', () => {
    const decision = decideEvaluation(evaluationSnapshot({ readings: [] }));
    expect(statusOf(decision)).toMatchObject({ overallStatus: 'Succeeded', retryCount: 1 });
  });
});

describe('while attempts are left', () => {
  const readings = [reading('errors <10', keptnMetric('12')), reading('latency <1', undefined)];
  const decision = decideEvaluation(evaluationSnapshot({ readings }));

  test('the next one comes with the interval', () => {
    expect(decision.outcome).toMatchObject({ kind: 'again', afterMs: 10_000 });
    expect(statusOf(decision).lastAttemptTime).toBe('2026-01-01T00:00:00.000Z');
  });

  test('the condition names each objective that fails, its value and target, the attempt and the next one', () => {
    const [first, second] = condition(decision, 'Ready').split('\n');
    expect(first).toMatch(
      /^Unknown ObjectivesNotMet: KeptnMetric "shop\/errors" does not meet <10; KeptnMetric "latency" exists neither/,
    );
    expect(second).toMatch(/^attempt 1 of 3: errors: value '12' did not meet objective '<10'; latency: /);
    expect(second).toContain('the next attempt is at 2026-01-01T00:00:10Z');
    expect(condition(decision, 'Stalled')).toMatch(/^False/);
  });

  test('what waiting pods are told stays the same from value to value and attempt to attempt', () => {
    const later = decideEvaluation(
      evaluationSnapshot({
        evaluation: keptnEvaluation({ status: { ...begun, retryCount: 1, overallStatus: 'Progressing' } }),
        readings: [reading('errors <10', keptnMetric('13')), reading('latency <1', undefined)],
        now: new Date('2026-01-01T00:00:10Z'),
      }),
    );
    expect(condition(later, 'Ready')).not.toBe(condition(decision, 'Ready'));
    expect(condition(later, 'Ready').split('\n')[0]).toBe(condition(decision, 'Ready').split('\n')[0]);
  });

  test('no Event is made', () => {
    expect(events(decision)).toEqual([]);
  });

  test('a look before the interval is over records the value and uses no attempt', () => {
    const status = { ...begun, retryCount: 1, overallStatus: 'Progressing' };
    const look = decideEvaluation(
      evaluationSnapshot({
        evaluation: keptnEvaluation({ status }),
        readings: [reading('errors <10', keptnMetric('11'))],
        now: new Date('2026-01-01T00:00:04Z'),
      }),
    );
    expect(statusOf(look)).toMatchObject({
      retryCount: 1,
      lastAttemptTime: begun.lastAttemptTime,
      evaluationStatus: { errors: { value: '11' } },
    });
    expect(look.outcome).toMatchObject({ kind: 'again', afterMs: 6000 });
  });

  test('a look before the interval is over that passes ends it, as an attempt', () => {
    const status = { ...begun, retryCount: 1, overallStatus: 'Progressing' };
    const look = decideEvaluation(
      evaluationSnapshot({
        evaluation: keptnEvaluation({ status }),
        readings: [reading('errors <10', keptnMetric('9'))],
        now: new Date('2026-01-01T00:00:04Z'),
      }),
    );
    expect(statusOf(look)).toMatchObject({ overallStatus: 'Succeeded', retryCount: 2 });
  });
});

describe('the last attempt', () => {
  const last = (retries: number, retryCount: number) =>
    decideEvaluation(
      evaluationSnapshot({
        evaluation: keptnEvaluation({
          spec: { retries },
          ...(retryCount === 0 ? {} : { status: { ...begun, retryCount, overallStatus: 'Progressing' } }),
        }),
        readings: [reading('errors <10', keptnMetric('12'))],
        now: new Date('2026-01-01T00:00:10Z'),
      }),
    );

  test.each([
    [0, 0],
    [1, 0],
    [3, 2],
  ])('of %i retries after %i attempts fails the evaluation when it fails (Q-15)', (retries, before) => {
    const decision = last(retries, before);
    expect(statusOf(decision)).toMatchObject({
      overallStatus: 'Failed',
      retryCount: before + 1,
      endTime: '2026-01-01T00:00:10Z',
    });
    expect(decision.outcome).toEqual({ kind: 'done' });
  });

  test('says on one line what failed and how, for those who waited', () => {
    expect(condition(last(3, 2), 'Ready')).toBe(
      "False CheckFailed: attempt 3 of 3 failed: errors: value '12' did not meet objective '<10'",
    );
  });

  test('is told in two Events', () => {
    expect(events(last(3, 2))).toEqual([
      'Warning ReconcileEvaluationReconcileTimeout: Reconcile Evaluation: retryCount exceeded / Namespace: shop, Name: pre-check',
      "Warning ReconcileEvaluationFailed: Reconcile Evaluation: evaluation failed\nevaluation of 'errors' failed with value: '12' and reason: 'value '12' did not meet objective '<10'' / Namespace: shop, Name: pre-check",
    ]);
  });
});

test.each(['Succeeded', 'Failed'] as const)(
  'an evaluation that %s on its last attempt stays so, whatever is measured (Q-28)',
  (overallStatus) => {
    for (const value of ['5', '50']) {
      const decision = decideEvaluation(
        evaluationSnapshot({
          evaluation: keptnEvaluation({
            spec: { retries: 1 },
            status: { ...begun, retryCount: 1, overallStatus, endTime: '2026-01-01T00:00:00Z' },
          }),
          readings: [reading('errors <10', keptnMetric(value))],
          now: new Date('2026-01-01T01:00:00Z'),
        }),
      );
      expect(decision).toEqual({ actions: [], outcome: { kind: 'done' } });
    }
  },
);

describe('the objectives', () => {
  test('are recorded at the first attempt with the generation of their definition (Q-58)', () => {
    const readings = [reading('other/errors <10', keptnMetric('12'))];
    expect(statusOf(decideEvaluation(evaluationSnapshot({ readings })))).toMatchObject({
      objectives: [{ keptnMetricRef: { name: 'errors', namespace: 'other' }, evaluationTarget: '<10' }],
      definitionGeneration: 4,
    });
  });

  test('stay as they were recorded when the definition changes or goes (Q-58)', () => {
    const status = {
      ...begun,
      retryCount: 1,
      overallStatus: 'Progressing',
      objectives: [objective('errors <10')],
      definitionGeneration: 2,
    };
    const readings = [reading('errors <10', keptnMetric('12'))];
    const evaluation = keptnEvaluation({ status });
    for (const given of [{}, { definition: undefined }]) {
      const decision = decideEvaluation(evaluationSnapshot({ evaluation, readings, ...given }));
      expect(statusOf(decision)).toMatchObject({
        objectives: status.objectives,
        definitionGeneration: 2,
        overallStatus: 'Progressing',
      });
    }
  });
});

describe('an evaluation that cannot begin', () => {
  const missing = evaluationSnapshot({ definition: undefined, readings: undefined });

  test('waits for its definition, names it, and uses no attempt (Q-20)', () => {
    const decision = decideEvaluation(missing);
    expect(statusOf(decision)).toMatchObject({ overallStatus: 'Pending', retryCount: 0 });
    expect(statusOf(decision).lastAttemptTime).toBeUndefined();
    expect(condition(decision, 'Ready')).toMatch(
      /^False MissingDefinition: KeptnEvaluationDefinition "check" does not exist .* create it/,
    );
    expect(condition(decision, 'Stalled')).toMatch(/^True/);
    expect(decision.outcome).toMatchObject({
      kind: 'stalled',
      by: 'user',
      on: [{ kind: 'KeptnEvaluationDefinition', name: 'check' }],
    });
    expect(events(decision)[0]).toContain('Warning MissingDefinition');
  });

  test('says why its definition cannot be read', () => {
    const decision = decideEvaluation({
      ...missing,
      unreadableDefinition: 'spec.retryInterval: no duration',
    });
    expect(condition(decision, 'Ready')).toContain('cannot be read: spec.retryInterval: no duration');
  });

  test('says so when its interval is none', () => {
    const evaluation = keptnEvaluation({ spec: { retryInterval: '9999999h' } });
    const decision = decideEvaluation(evaluationSnapshot({ evaluation }));
    expect(condition(decision, 'Ready')).toContain('spec.retryInterval: "9999999h"');
    expect(decision.outcome.kind).toBe('stalled');
  });
});

test('a status is written only over the evaluation that was read', () => {
  const [action] = decideEvaluation(evaluationSnapshot({ readings: range('5') })).actions;
  expect(action).toMatchObject({ kind: 'applyStatus', object: { metadata: { resourceVersion: '7' } } });
});

describe('an attempt that is due waits for values that are fetched for it', () => {
  const status = {
    ...begun,
    objectives: [objective('errors <10')],
    valuesSince: '2026-01-01T00:00:00.000Z',
    overallStatus: 'Progressing',
  };
  const before = keptnMetric('5', { status: { lastUpdated: '2025-12-31T23:59:59.999Z' } });
  const decide = (
    given: Readonly<Record<string, unknown>>,
    metric: typeof before,
    now = '2026-01-01T00:00:00Z',
  ) =>
    decideEvaluation(
      evaluationSnapshot({
        evaluation: keptnEvaluation({ status: given }),
        readings: [reading('errors <10', metric)],
        now: new Date(now),
      }),
    );

  test('S4: the first one, whose objectives are recorded so that the metric knows; no attempt is used', () => {
    const decision = decide({}, before);
    expect(statusOf(decision)).toMatchObject({
      overallStatus: 'Progressing',
      retryCount: 0,
      valuesSince: '2026-01-01T00:00:00.000Z',
      objectives: [{ evaluationTarget: '<10' }],
    });
    expect(statusOf(decision).lastAttemptTime).toBeUndefined();
    expect(condition(decision, 'Ready')).toBe(
      'Unknown WaitingForMetric: waits for KeptnMetric "shop/errors" to be fetched',
    );
    expect(decision.outcome).toMatchObject({ kind: 'again', afterMs: 25_000 });
  });

  test('a later one, without a write', () => {
    const later = { ...status, retryCount: 1 };
    const old = keptnMetric('5', { status: { lastUpdated: '2026-01-01T00:00:09.999Z' } });
    const decision = decide(later, old, '2026-01-01T00:00:11Z');
    expect(decision.actions).toEqual([]);
    expect(decision.outcome).toMatchObject({ kind: 'again', afterMs: 24_000 });
    const fresh = keptnMetric('5', { status: { lastUpdated: '2026-01-01T00:00:10.001Z' } });
    expect(statusOf(decide(later, fresh, '2026-01-01T00:00:11Z')).overallStatus).toBe('Succeeded');
  });

  test('S4: no longer than a fetch may take; then it is made, and the old value counts for nothing', () => {
    const decision = decide({ ...status, lastAttemptTime: undefined }, before, '2026-01-01T00:00:25Z');
    expect(statusOf(decision)).toMatchObject({ overallStatus: 'Progressing', retryCount: 1 });
    expect(condition(decision, 'Ready')).toContain('was fetched before it was asked for');
  });

  test('but not for one that nobody can fetch', () => {
    const stalled = { type: 'Stalled', status: 'True', reason: 'MissingProvider', message: '' };
    const conditions = [{ ...stalled, lastTransitionTime: '2026-01-01T00:00:00Z' }];
    const metric = keptnMetric('5', { status: { errMsg: 'no provider', conditions } });
    expect(statusOf(decide({}, metric))).toMatchObject({ overallStatus: 'Progressing', retryCount: 1 });
  });
});
