import { expect } from 'vitest';
import { until } from '../../scripts/cluster/progress.ts';
import { Scene } from '../integration/lifecycle/scene.ts';
import { deployment, Releases } from './releases.ts';
import type { Site } from './site.ts';

/** How pods are admitted: by our webhook, which refuses them while nobody answers, or by a policy, which goes on. */
export type AdmissionMode = 'webhook' | 'policy';

/** What an outage met, in seconds. */
export interface OutageFigures {
  /** From the last replica's being ready until all that waited was through. */
  readonly recovered: number;
  readonly doubled: number;
}

/** Deletes all of Sluice's pods for a while, as the operator chose the mode, and brings them back; nobody helps. */
export async function liveThroughOutage(site: Site, mode: AdmissionMode): Promise<OutageFigures> {
  const outside = await Scene.open('ha-outside', {}, site.kubeconfig);
  const releases = await Releases.open('ha-inside', site.kubeconfig);
  const { scene } = releases;
  await scene.make(deployment('old', '1'));
  await scene.until('the first version runs', () => podsOf(scene, 'old').some(isRunning), 60_000);
  // One whose check is in the middle of its work when everybody goes.
  await releases.release();
  await scene.until('its task runs', () => scene.jobsEver().length > 0, 60_000);
  try {
    await Promise.all([site.scale('webhook', 0), site.scale('controller', 0)]);
    await outside.make(deployment('other', '1'));
    await scene.make(deployment('new', '1', { 'keptn.sh/pre-deployment-tasks': 'before' }));
    for (const pod of podsOf(scene, 'old')) await scene.remove('pods', pod.metadata.name);
    await outside.until(
      'a pod starts where nobody opted in',
      () => podsOf(outside, 'other').some(isRunning),
      60_000,
    );
    await expectHeldBack(scene, mode);
  } finally {
    await Promise.all([site.scale('webhook', 2), site.scale('controller', 2)]);
  }
  const backAtMs = performance.now();
  await releases.end();
  await scene.until(
    'what was refused or held is there',
    () => ['old', 'new'].every((name) => podsOf(scene, name).some(isRunning)),
    120_000,
  );
  const recovered = Math.round((performance.now() - backAtMs) / 100) / 10;
  // The new version has one check.
  const isWhole = await until(() => releases.doubled === 1, 10_000);
  expect(isWhole, `${releases.doubled - 1} Jobs more or less than expected`).toBe(true);
  const doubled = releases.doubled - 1;
  await Promise.all([releases.close(), outside.close()]);
  return { recovered, doubled };
}

async function expectHeldBack(scene: Scene, mode: AdmissionMode): Promise<void> {
  if (mode === 'policy') {
    const areGated = (): boolean =>
      ['old', 'new'].every((name) => podsOf(scene, name).some(({ spec }) => spec.schedulingGates?.length));
    await scene.until('pods are there and wait with their gates', areGated, 60_000);
    return;
  }
  const isRefused = (name: string): boolean =>
    scene
      .all('events')
      .some(
        ({ reason, note, regarding }) =>
          reason === 'FailedCreate' &&
          note?.includes('pods.sluice.keptn.sh') === true &&
          regarding?.name?.startsWith(`${name}-`) === true,
      );
  await scene.until('pods are refused, in words', () => isRefused('new') && isRefused('old'), 60_000);
  expect(podsOf(scene, 'new')).toEqual([]);
}

function podsOf(scene: Scene, name: string) {
  return scene.all('pods').filter(({ metadata }) => metadata.labels?.['run'] === name);
}

function isRunning({ metadata, status }: ReturnType<typeof podsOf>[number]): boolean {
  return status?.phase === 'Running' && metadata.deletionTimestamp === undefined;
}
