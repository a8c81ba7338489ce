import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest';
import { z } from '../../../src/api/schema.ts';
import { readDora } from '../../../src/cli/dora-read.ts';
import { type DoraAnswer, doraAnswerSchema } from '../../../src/domain/dora/answer.ts';
import { type Api, connectApi, must } from './api.ts';
import { taskDefinition, type WorkloadOptions, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { type Environment, freshEnvironment, type Sluice, spawnController, startSluice } from './sluice.ts';

const patienceMs = 60_000;

let api: Api;
let webhook: Sluice;

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  webhook = await startSluice(api, { roles: ['webhook'] });
});
afterAll(async () => {
  await webhook.stop();
  api.client.close();
});

async function open(prefix: string): Promise<Scene> {
  const scene = await Scene.open(prefix);
  onTestFinished(() => scene.close());
  for (const name of ['lint', 'smoke']) await scene.make(taskDefinition(name));
  return scene;
}

/** Releases a version whose check after the deployment ends so. */
async function release(scene: Scene, version: string, exitCode: number, metadata = ''): Promise<void> {
  await apply(scene, { version, postTasks: 'smoke', annotations: { 'keptn.sh/metadata': metadata } });
  await scene.endTask('smoke', { exitCode }, 'post', patienceMs);
  await untilEnded(scene, version, exitCode === 0 ? 'Succeeded' : 'Failed');
}

async function apply(scene: Scene, options: WorkloadOptions): Promise<void> {
  const deployment = workload('Deployment', options);
  if (scene.one('deployments', 'shop') === undefined) await scene.make(deployment);
  else await scene.patch('deployments', 'shop', { spec: deployment['spec'] });
}

async function untilEnded(scene: Scene, version: string, status: string): Promise<void> {
  await scene.until(
    `version ${version} of the app is ${status}`,
    () => appVersions(scene, version).some((one) => one.status?.status === status),
    patienceMs,
  );
}

function appVersions(scene: Scene, version: string): ReturnType<typeof scene.all<'keptnappversions'>> {
  return scene.all('keptnappversions').filter(({ spec }) => spec.version === version);
}

function ask(environment: Environment, path: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${environment['KEPTN_DORA_METRICS_PORT'] ?? ''}${path}`);
}

async function numbers(environment: Environment, namespace: string): Promise<DoraAnswer> {
  const answer = await ask(environment, `/dora?window=1d&namespace=${namespace}`);
  return doraAnswerSchema.parse(await answer.json());
}

/** Waits until so many releases of a namespace are in the history. */
function untilRecorded(environment: Environment, namespace: string, ended: number): Promise<DoraAnswer> {
  return vi.waitFor(
    async () => {
      const answer = await numbers(environment, namespace);
      if (answer.numbers.releases.ended !== ended)
        throw new Error(`recorded are ${JSON.stringify(answer.numbers.releases)}, not ${ended}`);
      return answer;
    },
    { timeout: 20_000, interval: 100 },
  );
}

const exportSchema = z.object({ releases: z.array(z.record(z.string(), z.unknown())) });

async function exported(environment: Environment, namespace: string): Promise<Record<string, unknown>[]> {
  const answer = await ask(environment, `/dora/releases?namespace=${namespace}`);
  return exportSchema.parse(await answer.json()).releases;
}

test('releases that succeed, fail, recover and are stopped are the five numbers, kept in ConfigMaps', {
  timeout: 240_000,
}, async () => {
  const controller = await startSluice(api, { roles: ['controller'] });
  onTestFinished(() => controller.stop());
  const { environment } = controller;
  const scene = await open('dora');
  const { namespace } = scene;
  const commit = new Date(Date.now() - 3_600_000).toISOString();
  await release(scene, '1.0.0', 0, `commit-time=${commit},environment=staging`);
  await release(scene, '1.1.0', 1, 'environment=staging');
  await release(scene, '1.2.0', 0, `commit-time=${new Date(Date.now() + 3_600_000).toISOString()}`);
  await apply(scene, { version: '1.3.0', preTasks: 'lint' });
  await scene.endTask('lint', { exitCode: 1 }, 'pre', patienceMs);
  await untilEnded(scene, '1.3.0', 'Failed');

  const { numbers: five, source } = await untilRecorded(environment, namespace, 4);
  expect(source).toEqual({ kind: 'configmap', since: null, dropped: 0 });
  expect(five.releases).toMatchObject({ deployed: 3, stopped: 1, unknown: 0 });
  expect(five.deploymentFrequency).toEqual({ deployments: 3, perDay: 3 });
  expect(five.changeLeadTime).toMatchObject({
    known: 1,
    of: 3,
    sources: { 'metadata of workload commit-time': 1 },
    unknown: { noCommitTime: 1, commitAfterDeployment: 1 },
  });
  expect(five.changeLeadTime.medianSeconds).toBeGreaterThan(3_599);
  expect(five.changeFailRate).toMatchObject({ failed: 1, of: 3, ofReleases: { failed: 2, of: 4 } });
  expect(five.failedDeploymentRecoveryTime).toMatchObject({ known: 1, of: 1, open: 0 });
  expect(five.deploymentReworkRate.why).toEqual({ marked: 0, rollback: 0, afterFailure: 1 });
  await sameFromObjects(scene, five);

  // Back to a version that was deployed before, which no gate holds.
  await apply(scene, { version: '1.0.0', postTasks: 'smoke' });
  const back = await untilRecorded(environment, namespace, 5);
  expect(back.numbers.deploymentReworkRate.why.rollback).toBe(1);
  expect(back.numbers.changeLeadTime.of).toBe(3);

  await servesWhatItKeeps(controller, namespace);
});

async function servesWhatItKeeps(controller: Sluice, namespace: string): Promise<void> {
  const { environment } = controller;
  const wrong = await ask(environment, '/dora?window=month');
  expect([wrong.status, await wrong.text()]).toEqual([
    400,
    expect.stringContaining('parameter \\"window\\"'),
  ]);
  const csv = await (await ask(environment, `/dora/releases?format=csv&namespace=${namespace}`)).text();
  expect(csv.trimEnd().split('\r\n')).toHaveLength(6);
  expect(csv).toContain(',shop,staging,metadata of workload environment,1.0.0,');
  const failed = await controller.series(
    'sluice_dora_failed_deployments',
    (labels) => labels['namespace'] === namespace && labels['environment'] === 'staging',
  );
  expect(failed.map((line) => line.slice(-2))).toEqual([' 1', ' 1', ' 1']);
}

/** What `sluice dora` computes where no Service leads to a controller. */
async function sameFromObjects({ namespace }: Scene, served: DoraAnswer['numbers']): Promise<void> {
  const asked = {
    window: '1d',
    filter: { namespace },
    systemNamespace: 'sluice-system',
    nowMs: Date.now(),
  };
  const { answer, fallback } = must(await readDora(api.client, asked));
  expect(fallback).toContain('sluice-controller-metrics');
  expect(answer.source.kind).toBe('objects');
  expect(answer.numbers).toEqual(served);
}

test('a controller that is killed in the middle, or starts over, records each release once, and keeps what is deleted', {
  timeout: 240_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-dora-'));
  const keep = { SLUICE_HISTORY_PATH: join(folder, 'history.db') };
  const scene = await open('dora-crash');
  const { namespace } = scene;
  await scene.make(workload('Deployment', { preTasks: 'lint', postTasks: 'smoke' }));
  const finished = scene
    .endTask('lint', { exitCode: 0 }, 'pre', 150_000)
    .then(() => scene.endTask('smoke', { exitCode: 0 }, 'post', 150_000))
    .then(() => untilEnded(scene, '1.0.0', 'Succeeded'));
  finished.catch(() => undefined);
  const memory = join(folder, 'actions');
  for (let killed = 0; killed < 40; killed += 1) {
    const victim = await spawnController({ ...(await freshEnvironment()), ...keep });
    victim.go({ namespace, action: 4, moment: killed % 2 === 0 ? 'before' : 'after', memory });
    const end = await Promise.race([victim.ended, finished]);
    if (end === 'SIGKILL') continue;
    victim.child.kill('SIGKILL');
    await victim.ended;
    break;
  }
  await finished;

  const environment = { ...(await freshEnvironment()), ...keep };
  const controller = await startSluice(api, { roles: ['controller'], environment });
  const first = await untilRecorded(environment, namespace, 1);
  expect(first.source.kind).toBe('sqlite');
  const [record] = await exported(environment, namespace);
  expect(record).toMatchObject({ app: 'shop', version: '1.0.0', result: 'succeeded', deployment: 'done' });
  // Times of objects are whole seconds: made anew within that of its workload's end, it could have rolled that out.
  const ends = scene.all('keptnworkloadversions').map(({ status }) => Date.parse(status?.endTime ?? ''));
  await vi.waitUntil(() => ends.every((end) => Date.now() >= end + 1_000), { timeout: 5_000, interval: 50 });
  for (const { metadata } of scene.all('keptnappversions'))
    await scene.remove('keptnappversions', metadata.name);
  await scene
    .until('a new app version is through', () =>
      scene.all('keptnappversions').some(({ metadata, status }) => {
        return metadata.uid !== record?.['uid'] && status?.status === 'Succeeded';
      }),
    )
    .catch(() => undefined);
  await controller.stop();

  const again = { ...(await freshEnvironment()), ...keep };
  const next = await startSluice(api, { roles: ['controller'], environment: again });
  onTestFinished(() => next.stop());
  const kept = await exported(again, namespace);
  expect(kept.filter(({ uid }) => uid === record?.['uid'])).toEqual([record]);
  expect(kept.filter(({ deployment }) => deployment === 'done')).toHaveLength(1);
});
