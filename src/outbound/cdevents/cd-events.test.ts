import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppVersionWorld } from '../../../test/builders/app-version-world.ts';
import { cdEventProblems, cdEventSchemas } from '../../../test/builders/cd-event-schemas.ts';
import { keptnAppVersion, keptnWorkloadVersion } from '../../../test/builders/version-objects.ts';
import { WorkloadVersionWorld } from '../../../test/builders/workload-version-world.ts';
import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import { factsOf } from '../../domain/facts.ts';
import type { ReleaseObjects } from '../../domain/release-objects.ts';
import { cdEventTypes, fullType } from './cd-event.ts';
import { type CdContext, cdEventsOf, hasCdEvents } from './cd-events.ts';

const alone: CdContext = {
  source: 'sluice://prod-eu',
  past: { appVersions: () => [], workloadVersion: () => undefined },
};

const checks = fc.record({
  pre: fc.subarray(['a', 'b']),
  preEvaluations: fc.subarray(['d']),
  post: fc.subarray(['a', 'c']),
  postEvaluations: fc.subarray(['e']),
  promotion: fc.subarray(['p']),
  onFailure: fc.subarray(['f']),
});
const state = fc.constantFrom('Progressing' as const, 'Succeeded' as const, 'Failed' as const);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ do: 'reconcile' as const }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('child' as const), at: fc.nat({ max: 3 }), state }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('deploy' as const), state }) },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'retry' as const }, { do: 'warn' as const }) },
);
const texts = fc.dictionary(
  fc.string(),
  fc.record({ value: fc.string(), status: fc.constantFrom('Succeeded', 'Failed'), message: fc.string() }),
  { maxKeys: 3 },
);
const image = fc.option(fc.oneof(fc.webPath(), fc.string(), fc.constant('r.example:5000/a/b:1@sha256:ab')), {
  nil: undefined,
});

function take(
  world: AppVersionWorld | WorkloadVersionWorld,
  one: typeof step extends fc.Arbitrary<infer T> ? T : never,
): void {
  if (one.do === 'reconcile') world.perform(world.decide());
  else if (one.do === 'child') world.children.move(one.at, one.state);
  else if (one.do === 'retry') world.askRetry();
  else if (one.do === 'warn') world.blocking = false;
  else if (world instanceof AppVersionWorld) world.moveWorkloads(one.state);
  else world.available = one.state === 'Succeeded' ? 2 : 0;
}

/** A release after any history, with evaluations that say anything. */
function play(
  given: typeof checks extends fc.Arbitrary<infer T> ? T : never,
  steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
  evaluationStatus: typeof texts extends fc.Arbitrary<infer T> ? T : never,
): ReleaseObjects {
  const app = new AppVersionWorld(given);
  const workload = new WorkloadVersionWorld(given);
  workload.setApp('open');
  for (const one of steps) for (const world of [app, workload]) take(world, one);
  const recordOf = (world: AppVersionWorld | WorkloadVersionWorld) => ({
    tasks: world.children.tasks,
    evaluations: world.children.evaluations.map((evaluation) => ({
      ...evaluation,
      status: { retryCount: 1, overallStatus: 'Failed' as const, ...evaluation.status, evaluationStatus },
    })),
  });
  return {
    app: { version: app.version, ...recordOf(app) },
    workloads: [{ version: workload.version, ...recordOf(workload) }],
  };
}

test('whatever happens to a release, its events obey the rules of CDEvents 0.5.1, and their ids are unique and stay', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      fc.record({
        given: checks,
        steps: fc.array(step, { maxLength: 40, size: 'max' }),
        evaluationStatus: texts,
        ran: image,
        hasApp: fc.boolean(),
      }),
      ({ given, steps, evaluationStatus, ran, hasApp }) => {
        const whole = play(given, steps, evaluationStatus);
        const release = hasApp ? whole : { ...whole, app: undefined };
        const versions = [whole.app, ...whole.workloads].flatMap((one) => one?.version ?? []);
        const facts = versions.flatMap((version) => factsOf(version));
        const context = { ...alone, image: ran };
        const all = facts.flatMap((fact) => cdEventsOf({ fact, release }, context));
        for (const event of all) {
          expect(cdEventProblems(event)).toEqual([]);
          seen.add(event.context.type);
        }
        expect(new Set(all.map((event) => event.context.id)).size).toBe(all.length);
        for (const fact of facts)
          if (!hasCdEvents(fact)) expect(cdEventsOf({ fact, release }, context)).toEqual([]);
        expect(facts.flatMap((fact) => cdEventsOf({ fact, release }, context))).toEqual(all);
        if (hasApp) expect(new Set(all.map((event) => event.context.chainId)).size).toBeLessThan(2);
      },
    ),
    { numRuns: 300 },
  );
  expect(seen.size).toBeGreaterThan(9);
});

test('there are rules for each type that is sent', () => {
  const sent = Object.keys(cdEventTypes).filter((type): type is keyof typeof cdEventTypes => type !== '');
  expect(sent.map(fullType).toSorted()).toEqual([...cdEventSchemas.keys()].toSorted());
});

const ended = { startTime: '2026-01-01T00:00:00Z', endTime: '2026-01-01T00:09:00Z' };

function appVersion(version: string, status: object, metadata: object = {}): KeptnAppVersion {
  const name = `shop-${version}`;
  return keptnAppVersion({
    metadata: { namespace: 'n', name, uid: name, ...metadata },
    spec: { version, workloads: [{ name: 'cart', version }] },
    status: { ...ended, workloadOverallStatus: 'Succeeded', currentPhase: 'Completed', ...status },
  });
}

function isApp(version: KeptnAppVersion | KeptnWorkloadVersion): version is KeptnAppVersion {
  return 'appName' in version.spec;
}

function typesOf(version: KeptnAppVersion | KeptnWorkloadVersion, context: Partial<CdContext> = {}) {
  const app = isApp(version) ? { version, tasks: [], evaluations: [] } : undefined;
  const release: ReleaseObjects = { app, workloads: [] };
  return factsOf(version)
    .flatMap((fact) => cdEventsOf({ fact, release }, { ...alone, ...context }))
    .map(({ context: { type }, subject }) => `${type.slice(13, -6)} ${subject.id}`);
}

describe('an incident', () => {
  const broken = appVersion('1', {
    status: 'Failed',
    postDeploymentStatus: 'Failed',
    currentPhase: 'AppPostDeployTasks',
    postDeploymentTaskStatus: [{ definitionName: 'smoke', name: 'smoke-1', status: 'Failed', ...ended }],
  });

  test('begins with a check that failed after the deployment', () => {
    expect(typesOf(broken)).toEqual([
      'pipelinerun.queued n/shop-1',
      'pipelinerun.started n/shop-1',
      'taskrun.started n/smoke-1',
      'taskrun.finished n/smoke-1',
      'incident.detected n/shop-1',
      'environment.modified n',
      'pipelinerun.finished n/shop-1',
    ]);
  });

  test('ends with the next success, over failures in between, and no later success ends it again', () => {
    const later = { startTime: '2026-01-02T00:00:00Z', endTime: '2026-01-02T00:01:00Z' };
    const failedBefore = appVersion('2', {
      ...later,
      status: 'Failed',
      preDeploymentStatus: 'Failed',
      workloadOverallStatus: 'Pending',
    });
    const well = (version: string, day: string) =>
      appVersion(version, {
        status: 'Succeeded',
        startTime: `2026-01-${day}T00:00:00Z`,
        endTime: `2026-01-${day}T00:01:00Z`,
      });
    const all = [broken, failedBefore, well('3', '03'), well('4', '04')];
    const past = { appVersions: () => all, workloadVersion: () => undefined };
    const [, , third, fourth] = all.map((version) => typesOf(version, { past }));
    expect(third).toContain('incident.resolved n/shop-1');
    expect(third?.filter((type) => type.startsWith('incident'))).toHaveLength(1);
    expect(fourth?.filter((type) => type.startsWith('incident'))).toEqual([]);
  });

  test('ends when the check is asked for again and passes', () => {
    const items = [{ definitionName: 'smoke', name: 'smoke-2', status: 'Succeeded', attempt: 1, ...ended }];
    const mended = appVersion('1', {
      status: 'Succeeded',
      postDeploymentStatus: 'Succeeded',
      postDeploymentTaskStatus: items,
    });
    expect(typesOf(mended)).toContain('incident.resolved n/shop-1');
  });
});

describe('a workload that is deployed', () => {
  const deployed = (version: string, previousVersion: string, created = '2026-01-01T00:00:00Z') =>
    keptnWorkloadVersion({
      metadata: { namespace: 'n', creationTimestamp: created },
      spec: { version, previousVersion },
      status: {
        ...ended,
        status: 'Succeeded',
        deploymentStatus: 'Succeeded',
        currentPhase: 'Completed',
        phaseTimes: { WorkloadDeploy: ended },
      },
    });

  test.each([
    ['deployed, the first time', '1.0.0', '', { is: 'deployed' }],
    ['upgraded, to a higher version', '1.0.10', '1.0.9', { is: 'upgraded' }],
    ['rolled back, to a lower one', '1.0.9', '1.0.10', { is: 'rolledback' }],
    [
      'rolled back, to one that was there before',
      'abc',
      'def',
      { is: 'rolledback', formerCreated: '2026-01-05T00:00:00Z' },
    ],
    [
      'upgraded, to one that came later',
      'abc',
      'def',
      { is: 'upgraded', formerCreated: '2025-01-05T00:00:00Z' },
    ],
    ['upgraded, when the former one is gone', 'abc', 'def', { is: 'upgraded' }],
  ])('is %s', (_, version, previous, { is, formerCreated }: { is: string; formerCreated?: string }) => {
    const former = formerCreated === undefined ? undefined : deployed(previous, '', formerCreated);
    const past = { appVersions: () => [], workloadVersion: () => former };
    expect(typesOf(deployed(version, previous), { past })).toEqual([`service.${is} n/shop-cart`]);
  });

  test('names its image by digest, or itself where nobody knows the image', () => {
    const version = deployed('1', '');
    const artifact = (context: CdContext) =>
      factsOf(version)
        .flatMap((fact) => cdEventsOf({ fact, release: { app: undefined, workloads: [] } }, context))
        .map(({ subject }) => subject.content['artifactId']);
    expect(artifact({ ...alone, image: 'r.example:5000/shop/cart:1@sha256:0a' })).toEqual([
      'pkg:oci/cart@sha256%3A0a?repository_url=r.example:5000/shop/cart&tag=1',
    ]);
    expect(artifact(alone)).toEqual(['pkg:generic/n/shop-cart@1']);
  });
});
