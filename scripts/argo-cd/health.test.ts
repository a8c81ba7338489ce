import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { customKinds } from '../../src/api/kinds.ts';
import type { KeptnAppVersion } from '../../src/api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../../src/api/lifecycle/v1/keptn-workload-version.ts';
import { parseYamlDocuments } from '../../src/api/yaml.ts';
import { appConditions } from '../../src/controllers/app/conditions.ts';
import { decideEvaluation } from '../../src/controllers/evaluation/decide.ts';
import { decideMetric } from '../../src/controllers/metric/decide.ts';
import { planFetch } from '../../src/controllers/metric/plan.ts';
import { decideTask } from '../../src/controllers/task/decide.ts';
import { setConditions } from '../../src/domain/condition.ts';
import type { Decision } from '../../src/domain/decision.ts';
import type { Fetched } from '../../src/domain/metric-source.ts';
import { appPhases, workloadPhases } from '../../src/domain/phases.ts';
import { failure } from '../../src/kernel/errors.ts';
import { err, ok } from '../../src/kernel/result.ts';
import { AnalysisWorld } from '../../test/builders/analysis-world.ts';
import { evaluationSnapshot, keptnMetric, reading } from '../../test/builders/evaluation-objects.ts';
import { kstatusOf } from '../../test/builders/kstatus.ts';
import { type Health, healthOf, runLua } from '../../test/builders/lua.ts';
import { metricOf, metricsProvider } from '../../test/builders/metric-objects.ts';
import { job, keptnTask } from '../../test/builders/task-objects.ts';
import { taskSnapshot } from '../../test/builders/task-snapshot.ts';
import { keptnApp, keptnAppVersion } from '../../test/builders/version-objects.ts';
import { walkedAppVersions, walkedWorkloadVersions } from '../../test/builders/walked-versions.ts';
import { argoCdFiles, argoCdSettings } from './manifests.ts';

const read = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');
const health = read('health.lua');
const now = new Date('2026-01-01T00:00:00Z');

type Version = KeptnAppVersion | KeptnWorkloadVersion;

interface Expected {
  readonly argo: Health['status'];
  readonly flux: 'Current' | 'InProgress' | 'Failed';
}

/** Nothing is wrong with a version whose place another took, but whoever waits for it waits in vain. */
const ends: Readonly<Record<string, Expected>> = {
  Succeeded: { argo: 'Healthy', flux: 'Current' },
  Deprecated: { argo: 'Healthy', flux: 'Failed' },
  Failed: { argo: 'Degraded', flux: 'Failed' },
};

/** What Argo CD and Flux should make of a version. */
function expected({ status }: Version): Expected {
  if (status === undefined) return { argo: 'Progressing', flux: 'Current' };
  const stalled = status.conditions?.find(({ type }) => type === 'Stalled');
  const isAbsent = stalled?.reason.startsWith('Missing') === true;
  const stuck = { argo: isAbsent ? 'Suspended' : 'Degraded', flux: 'Failed' } as const;
  const open = stalled?.status === 'True' ? stuck : ({ argo: 'Progressing', flux: 'InProgress' } as const);
  return ends[status.status] ?? open;
}

describe.each([
  ['KeptnWorkloadVersion', walkedWorkloadVersions, workloadPhases],
  ['KeptnAppVersion', walkedAppVersions, appPhases({ promotion: true })],
] as const)('%s', (kind, versionsOf, phases) => {
  const versions: Version[] = [...versionsOf(), keptnAppVersion()];
  const objects = versions.map((version) => ({ ...version, kind }));

  test('the ways lead through every phase, to every end and into every kind of wait', () => {
    const seen = (wanted: (status: NonNullable<Version['status']>) => boolean): boolean =>
      versions.some(({ status }) => status !== undefined && wanted(status));
    for (const { name } of phases)
      expect(
        seen((status) => status.currentPhase === name),
        name,
      ).toBe(true);
    for (const end of ['Succeeded', 'Failed', 'Deprecated'])
      expect(
        seen((status) => status.status === end),
        end,
      ).toBe(true);
    expect(seen((status) => status.preDeploymentStatus === 'Warning')).toBe(true);
    const reasons = versions.flatMap(({ status }) => status?.conditions?.map(({ reason }) => reason) ?? []);
    expect(reasons).toEqual(expect.arrayContaining(['MissingDefinition', 'Superseded', 'CheckFailed']));
  });

  test('each is as well for Argo CD as it says, and for the same reason', () => {
    healthOf(health, objects).forEach(({ status, message }, i) => {
      const version = versions[i] ?? keptnAppVersion();
      expect({ status, of: version.status }).toEqual({ status: expected(version).argo, of: version.status });
      const said = version.status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? 'Sluice';
      expect(message).toContain(said);
    });
  });

  test('and for Flux, whose kstatus reads the conditions', () => {
    for (const version of versions) {
      expect({ flux: kstatusOf(version).status, of: version.status }).toEqual({
        flux: expected(version).flux,
        of: version.status,
      });
    }
  });
});

/** An object with the status that a decision applies. */
function withStatus(object: object, { actions }: Decision): object {
  const applied = actions.find((action) => action.kind === 'applyStatus');
  if (applied?.kind !== 'applyStatus') throw new Error('no status is applied');
  return { ...object, status: applied.object['status'] };
}

const condition = (type: string) => ({
  status: { conditions: [{ type, status: 'True', reason: 'BackoffLimitExceeded', message: 'exit 1' }] },
});

function task(given: Parameters<typeof taskSnapshot>[0]): object {
  return withStatus(keptnTask(), decideTask(taskSnapshot(given)));
}

function evaluation(value: string, retries: number): object {
  const snapshot = evaluationSnapshot({ readings: [reading('errors <10', keptnMetric(value))] });
  const spec = { ...snapshot.evaluation.spec, retries };
  return withStatus(
    snapshot.evaluation,
    decideEvaluation({ ...snapshot, evaluation: { ...snapshot.evaluation, spec } }),
  );
}

function metric(fetched: Fetched | undefined, isThere = true): object {
  const provider = isThere ? metricsProvider() : undefined;
  const given = { metric: metricOf(), provider, unreadableProvider: undefined, wishes: [], now };
  return withStatus(metricOf(), decideMetric({ ...given, plan: planFetch(given), fetched }));
}

async function analysis(
  answer: string | undefined,
  prepare?: (world: AnalysisWorld) => void,
): Promise<object> {
  const world = new AnalysisWorld();
  world.source.answer = () => answer;
  prepare?.(world);
  await world.settle();
  return world.run;
}

function app(version: KeptnAppVersion): object {
  const conditions = setConditions(undefined, appConditions(version), { now, generation: 1 });
  return keptnApp({ status: { currentVersion: '1', observedGeneration: 1, conditions } });
}

const cases: [string, string, () => object | Promise<object>, Health['status'], string, string][] = [
  ['KeptnTask', 'runs', () => task({ job: job() }), 'Progressing', 'InProgress', ''],
  ['KeptnTask', 'succeeded', () => task({ job: job(condition('Complete')) }), 'Healthy', 'Current', ''],
  ['KeptnTask', 'failed', () => task({ job: job(condition('Failed')) }), 'Degraded', 'Failed', 'exit 1'],
  [
    'KeptnTask',
    'has no definition',
    () => task({ definitions: [] }),
    'Suspended',
    'Failed',
    'does not exist',
  ],
  ['KeptnEvaluation', 'passed', () => evaluation('5', 3), 'Healthy', 'Current', 'attempt 1 of 3 passed'],
  [
    'KeptnEvaluation',
    'tries again',
    () => evaluation('15', 3),
    'Progressing',
    'InProgress',
    'attempt 1 of 3',
  ],
  ['KeptnEvaluation', 'failed', () => evaluation('15', 1), 'Degraded', 'Failed', "value '15'"],
  [
    'KeptnMetric',
    'has a value',
    () => metric({ at: now, result: ok({ samples: ['1'], raw: '1' }) }),
    'Healthy',
    'Current',
    'answers',
  ],
  [
    'KeptnMetric',
    'is not answered',
    () => metric({ at: now, result: err(failure('unavailable', 'is down')) }),
    'Degraded',
    'InProgress',
    'is down',
  ],
  ['KeptnMetric', 'has no provider', () => metric(undefined, false), 'Suspended', 'Failed', 'does not exist'],
  ['Analysis', 'passed', () => analysis('1'), 'Healthy', 'Current', ''],
  ['Analysis', 'failed', () => analysis('100'), 'Degraded', 'Failed', ''],
  ['Analysis', 'waits', () => analysis(undefined), 'Progressing', 'InProgress', ''],
  [
    'Analysis',
    'has no definition',
    () => analysis('1', (world) => world.remove('analysisdefinitions', 'quality')),
    'Suspended',
    'Failed',
    'does not exist',
  ],
  [
    'KeptnApp',
    'is being released',
    () => app(keptnAppVersion()),
    'Progressing',
    'InProgress',
    'being released',
  ],
  [
    'KeptnApp',
    'is released',
    () => app(keptnAppVersion({ status: { status: 'Succeeded' } })),
    'Healthy',
    'Current',
    'is released',
  ],
  [
    'KeptnApp',
    'failed',
    () => app(keptnAppVersion({ status: { status: 'Failed' } })),
    'Degraded',
    'Failed',
    'failed',
  ],
  [
    'KeptnApp',
    'changed since',
    () => ({ ...app(keptnAppVersion({ status: { status: 'Succeeded' } })), metadata: { generation: 2 } }),
    'Progressing',
    'InProgress',
    'last change',
  ],
  [
    'KeptnApp',
    'is Keptn’s',
    () => keptnApp({ status: { currentVersion: '1' } }),
    'Healthy',
    'Current',
    'current one',
  ],
  ['KeptnApp', 'is new', () => keptnApp(), 'Progressing', 'Current', 'waits for'],
  [
    'KeptnWorkload',
    'is new',
    () => ({ metadata: {}, spec: { version: '1' } }),
    'Progressing',
    'Current',
    'waits for',
  ],
  [
    'KeptnTask',
    'is Keptn’s and failed',
    () => ({ metadata: {}, status: { status: 'Failed', message: 'no luck' } }),
    'Degraded',
    'Current',
    'no luck',
  ],
  [
    'KeptnAppVersion',
    'is Keptn’s and runs',
    () => ({ metadata: {}, status: { status: 'Progressing', currentPhase: 'AppDeploy' } }),
    'Progressing',
    'Current',
    'AppDeploy',
  ],
  [
    'KeptnAppVersion',
    'has a state nobody knows',
    () => ({ metadata: {}, status: { status: 'Sideways' } }),
    'Progressing',
    'Current',
    'waits to begin',
  ],
  [
    'KeptnTask',
    'is being deleted',
    () => ({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }),
    'Progressing',
    'Terminating',
    'deleted',
  ],
  [
    'KeptnConfig',
    'has no effect',
    () => ({
      metadata: {},
      status: { conditions: [{ type: 'Ready', status: 'False', reason: 'NoEffect', message: 'elsewhere' }] },
    }),
    'Degraded',
    'InProgress',
    'elsewhere',
  ],
];

test.each(cases)('a %s that %s', async (...[kind, , make, argo, flux, words]) => {
  const object = { kind, ...(await make()) };
  const [judged] = healthOf(health, [object]);
  expect(judged).toMatchObject({ status: argo, message: expect.stringContaining(words) });
  expect(kstatusOf(object).status).toBe(flux);
});

test('whatever is stored in a status, the script answers', () => {
  const field = fc.constantFrom(
    'status',
    'overallStatus',
    'state',
    'currentPhase',
    'currentVersion',
    'conditions',
    'message',
    'pass',
  );
  const odd = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.array(
      fc.oneof(
        fc.string(),
        fc.dictionary(
          fc.constantFrom('type', 'status', 'reason', 'message', 'observedGeneration'),
          fc.oneof(fc.constantFrom('Ready', 'Stalled', 'True', 'False'), fc.integer()),
        ),
      ),
    ),
  );
  const kinds = fc.constantFrom(...customKinds.map(({ kind }) => kind));
  const objects = fc.sample(
    fc.record({
      kind: kinds,
      metadata: fc.record({ generation: fc.option(fc.nat()) }),
      status: fc.oneof(odd, fc.dictionary(field, odd)),
    }),
    2000,
  );
  expect(healthOf(health, objects)).toHaveLength(2000);
});

test('the scripts are Lua 5.1 as Argo CD runs it: no later syntax, no library but base, table and os', () => {
  for (const name of ['health.lua', 'retry.lua', 'retry-discovery.lua']) {
    const code = read(name)
      .replaceAll(/--[^\n]*/g, '')
      .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
    expect(code, name).not.toMatch(/\bgoto\b|::|\/\/|&|\||<<|>>|~(?!=)|<const>|<close>/);
    expect(code, name).not.toMatch(/\b(?:string|math|io|utf8|coroutine|debug)\.|:\w+\(/);
  }
});

describe('the action retry', () => {
  const discovered = (status: string): unknown =>
    runLua([{ script: read('retry-discovery.lua'), object: { status: { status } } }])[0];

  test('is offered for what failed only', () => {
    expect(discovered('Failed')).toEqual({ retry: { disabled: false } });
    for (const status of ['Succeeded', 'Progressing', 'Deprecated'])
      expect(discovered(status)).toEqual({ retry: { disabled: true } });
    expect(runLua([{ script: read('retry-discovery.lua'), object: {} }])).toEqual([
      { retry: { disabled: true } },
    ]);
  });

  test.each([[undefined], [{ 'keptn.sh/retry': 'all@1' }]])(
    'asks for all that failed, beside %j',
    (annotations) => {
      const object = {
        metadata: { name: 'shop', ...(annotations && { annotations }) },
        spec: { version: '1' },
      };
      const [changed] = runLua([{ script: read('retry.lua'), object }]);
      expect(changed).toEqual({
        metadata: {
          name: 'shop',
          annotations: { 'keptn.sh/retry': expect.stringMatching(/^all@\d{4}-\d\d-\d\dT[\d:]{8}Z$/) },
        },
        spec: { version: '1' },
      });
    },
  );
});

test('the files hold the scripts as they are, for each kind that can be judged', () => {
  const [[, patch] = ['', ''], [, values] = ['', '']] = argoCdFiles('');
  const [first] = (() => {
    const parsed = parseYamlDocuments(patch);
    return parsed.ok ? parsed.value : [];
  })();
  expect(first?.object).toMatchObject({
    kind: 'ConfigMap',
    metadata: { name: 'argocd-cm' },
    data: argoCdSettings(),
  });
  expect(argoCdSettings()['resource.customizations.health.metrics.keptn.sh_Analysis']).toBe(health);
  expect(Object.keys(argoCdSettings())).toHaveLength(14 + 2);
  expect(values).toContain('configs:\n  cm:\n');
});
