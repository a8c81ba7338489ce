import { expect, test } from 'vitest';
import { keptnAppVersion, keptnWorkloadVersion } from '../../../test/builders/version-objects.ts';
import { appVersionName } from '../names.ts';
import { type AppObjects, releasesOf } from './releases.ts';

const minute = (n: number): string => new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString();
const ms = (n: number): number => Date.UTC(2026, 0, 1, 0, n);

type Given = Parameters<typeof keptnAppVersion>[0] & object;

/** The n-th app version, of workload version `of`, made at minute 10n and through within two. */
function app(n: number, given: Given & { readonly of?: string } = {}): AppObjects['versions'][0] {
  const { of = String(n), ...rest } = given;
  return keptnAppVersion({
    metadata: {
      name: appVersionName('shop', of, n),
      uid: `app-${n}`,
      namespace: 'team',
      creationTimestamp: minute(10 * n),
      ...rest.metadata,
    },
    spec: { version: of, workloads: [{ name: 'cart', version: of }], ...rest.spec },
    status: {
      status: 'Succeeded',
      workloadOverallStatus: 'Succeeded',
      startTime: minute(10 * n),
      endTime: minute(10 * n + 2),
      phaseTimes: { AppDeploy: { startTime: minute(10 * n), endTime: minute(10 * n + 1) } },
      ...rest.status,
    },
  });
}

/** A workload version that was rolled out at minute 10n. */
function cart(version: string, n: number, given: Given = {}): AppObjects['workloads'][0] {
  return keptnWorkloadVersion({
    spec: { version, ...given.spec },
    status: {
      status: 'Succeeded',
      deploymentStatus: 'Succeeded',
      deploymentStartTime: minute(10 * n),
      endTime: minute(10 * n + 1),
      ...given.status,
    },
  });
}

function releases(
  versions: AppObjects['versions'],
  workloads: AppObjects['workloads'],
  namespace?: AppObjects['namespace'],
): ReturnType<typeof releasesOf> {
  return releasesOf({ versions, workloads, namespace });
}

const failedBefore = {
  status: { status: 'Failed', workloadOverallStatus: 'Failed', phaseTimes: {} },
} as const;
const heldCart = (version: string) =>
  keptnWorkloadVersion({
    spec: { version },
    status: { status: 'Failed', preDeploymentStatus: 'Failed', deploymentStatus: 'Deprecated' },
  });
const failedAfter = { status: { status: 'Failed', postDeploymentStatus: 'Failed' } } as const;

test('a release that ended well is a deployment, with its times', () => {
  expect(releases([app(1)], [cart('1', 1)])).toEqual([
    expect.objectContaining({
      uid: 'app-1',
      namespace: 'team',
      app: 'shop',
      version: '1',
      startMs: ms(10),
      endMs: ms(12),
      deployedMs: ms(11),
      result: 'succeeded',
      deployment: 'done',
      failure: 'none',
      rework: '',
      workloads: 1,
    }),
  ]);
});

test('a release that never ends has no record, nor has one without a time', () => {
  const open = app(1, { status: { status: 'Progressing', endTime: undefined } });
  expect(releases([open, app(2, { status: { endTime: 'soon' } })], [])).toEqual([]);
});

test('a check that failed before the rollout is a stopped release, and no deployment', () => {
  const [, stopped] = releases([app(1), app(2, failedBefore)], [cart('1', 1), heldCart('2')]);
  expect(stopped).toMatchObject({
    result: 'failed',
    deployment: 'none',
    failure: 'before',
    deployedMs: null,
  });
});

test('a release that failed after its rollout is a failed deployment; the next one repairs it', () => {
  const [, failed, next] = releases(
    [app(1), app(2, failedAfter), app(3)],
    [cart('1', 1), cart('2', 2), cart('3', 3)],
  );
  expect(failed).toMatchObject({
    deployment: 'done',
    failure: 'after',
    failedMs: ms(22),
    deployedMs: ms(21),
  });
  expect(next).toMatchObject({ rework: 'after-failure', isRollback: false });
});

test('one workload that was rolled out beside one that was held is a failed deployment', () => {
  const two = app(1, {
    spec: {
      workloads: [
        { name: 'cart', version: '1' },
        { name: 'web', version: '1' },
      ],
    },
    status: { status: 'Failed', workloadOverallStatus: 'Failed' },
  });
  expect(releases([two], [cart('1', 1)])[0]).toMatchObject({ deployment: 'done', failure: 'deployment' });
});

test('a return to what was deployed before is a rollback, though nothing of it is rolled out anew', () => {
  const versions = [app(1), app(2), app(3, { of: '1' })];
  const [, , back] = releases(versions, [cart('1', 1), cart('2', 2)]);
  expect(back).toMatchObject({ version: '1', deployment: 'done', isRollback: true, rework: 'rollback' });
});

test('a return from a version that a check had stopped rolls nothing back', () => {
  const versions = [app(1), app(2, failedBefore), app(3, { of: '1' })];
  const [, , back] = releases(versions, [cart('1', 1), heldCart('2')]);
  expect(back).toMatchObject({ deployment: 'none', isRollback: false, rework: '' });
});

test('a check of a workload that failed after its rollout leaves the rollout its time', () => {
  const phaseTimes = { WorkloadDeploy: { startTime: minute(10), endTime: minute(11) } };
  const failing = cart('1', 1, { status: { status: 'Failed', postDeploymentStatus: 'Failed', phaseTimes } });
  const version = app(1, { status: { status: 'Failed', workloadOverallStatus: 'Failed' } });
  expect(releases([version], [failing])[0]).toMatchObject({ deployedMs: ms(11), failure: 'after' });
});

test('an app version that is deleted by hand and made again deploys nothing anew', () => {
  const ended = (version: string, n: number) => cart(version, n, { status: { endTime: minute(10 * n + 1) } });
  const again = app(3, { of: '2' });
  expect(releases([again], [ended('2', 2)])[0]).toMatchObject({ deployment: 'none' });
  expect(releases([app(1), again], [ended('1', 1), ended('2', 2)])[1]).toMatchObject({ deployment: 'none' });
});

test('a pod that was let go before its app was known is deployed by the release all the same', () => {
  const early = cart('1', 0, { status: { endTime: minute(11) } });
  expect(releases([app(1)], [early])[0]).toMatchObject({ deployment: 'done' });
});

test('a raised revision of what runs only checks again', () => {
  const again = app(2, { of: '1', spec: { revision: 2 } });
  expect(releases([app(1), again], [cart('1', 1)])[1]).toMatchObject({
    deployment: 'none',
    result: 'succeeded',
  });
});

test('a lower version is a rollback where the one before is known by its name alone', () => {
  const back = app(5, { of: '1.2.0', spec: { previousVersion: '1.10.0' } });
  expect(releases([back], [cart('1.2.0', 5)])[0]).toMatchObject({ isRollback: true });
});

test('a user marks rework, or says that a rollback was planned', () => {
  const marked = app(2, { spec: { metadata: { 'release-type': 'hotfix' } } });
  const planned = app(3, { of: '1', spec: { metadata: { rework: 'false' } } });
  const [, second, third] = releases([app(1), marked, planned], [cart('1', 1), cart('2', 2)]);
  expect(second).toMatchObject({ rework: 'marked' });
  expect(third).toMatchObject({ rework: '', isRollback: true });
});

test('one that was replaced counts as a deployment only when its rollout was through', () => {
  const replaced = {
    status: { status: 'Deprecated', workloadOverallStatus: 'Deprecated', phaseTimes: {} },
  } as const;
  const underWay = cart('1', 1, { status: { status: 'Deprecated', deploymentStatus: 'Deprecated' } });
  const [first, second] = releases([app(1, replaced), app(2, replaced)], [underWay, cart('2', 2)]);
  expect(first).toMatchObject({ result: 'superseded', deployment: 'none' });
  expect(second).toMatchObject({ result: 'superseded', deployment: 'done' });
});

test('what failed when its workload versions are gone is unknown; what was through is not', () => {
  expect(releases([app(1, failedBefore)], [])[0]).toMatchObject({
    deployment: 'unknown',
    failure: 'unknown',
  });
  expect(releases([app(1)], [])[0]).toMatchObject({ deployment: 'done' });
});

test('a later attempt tells of a failure that a retry mended', () => {
  const items = [{ definitionName: 'smoke', status: 'Succeeded', attempt: 1 }];
  const retried = cart('1', 1, { status: { postDeploymentTaskStatus: items } });
  expect(releases([app(1)], [retried])[0]).toMatchObject({ failure: 'after', failedMs: null });
  const restarted = cart('1', 1, {
    status: { postDeploymentTaskStatus: items, restartedBy: app(1).metadata.name },
  });
  expect(releases([app(1)], [restarted])[0]).toMatchObject({ failure: 'none' });
});

test('a check that does not block is a warning', () => {
  const warned = cart('1', 1, { status: { postDeploymentEvaluationStatus: 'Warning' } });
  expect(releases([app(1)], [warned])[0]).toMatchObject({ result: 'warning', failure: 'none' });
});

test('environment: metadata of the app, then of its workloads, then the namespace', () => {
  const workload = cart('1', 1, { spec: { metadata: { environment: 'staging', 'commit-time': minute(1) } } });
  const labels = { 'deployment.environment.name': 'test' };
  const of = (...given: Parameters<typeof releases>): unknown => {
    const [record] = releases(...given);
    return [record?.environment, record?.environmentSource];
  };
  const said = app(1, { spec: { metadata: { stage: 'production' } } });
  expect(of([said], [workload], { labels })).toEqual(['production', 'metadata stage']);
  expect(of([app(1)], [workload], { labels })).toEqual(['staging', 'metadata of workload environment']);
  expect(of([app(1)], [cart('1', 1)], { labels })).toEqual([
    'test',
    'label of namespace: deployment.environment.name',
  ]);
  expect(of([app(1)], [])).toEqual(['', '']);
  expect(releases([app(1)], [workload])[0]).toMatchObject({ commitMs: ms(1) });
});

test('an unchanged workload says nothing of a release', () => {
  const both = (n: number, web: string) =>
    app(n, {
      spec: {
        workloads: [
          { name: 'cart', version: '1' },
          { name: 'web', version: web },
        ],
      },
    });
  const workload = cart('1', 1, { spec: { metadata: { 'commit-time': minute(1) } } });
  const [first, second] = releases([both(1, '1'), both(2, '2')], [workload]);
  expect(first?.commitMs).toBe(ms(1));
  expect(second?.commitMs).toBeNull();
});

test('the same objects in any order give the same records', () => {
  const versions = [app(1), app(2, failedAfter), app(3, { of: '1' })];
  const workloads = [cart('1', 1), cart('2', 2)];
  expect(releases(versions.toReversed(), workloads.toReversed())).toEqual(releases(versions, workloads));
});
