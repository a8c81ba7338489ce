import { vi } from 'vitest';
import type { KeptnWorkloadVersion } from '../../../src/api/lifecycle/v1/keptn-workload-version.ts';
import { isCartHeld, releaseVersion } from './keptn-past.ts';
import type { Scene } from './scene.ts';

const withinMs = 40_000;

/** The version that Keptn left, or a later one. */
export function versionOf(scene: Scene, name = releaseVersion): KeptnWorkloadVersion | undefined {
  return scene.one('keptnworkloadversions', name);
}

/** Lets the evaluation before the deployment pass, as its metric would, and waits until the version knows. */
export async function passEvaluation(scene: Scene, version = releaseVersion): Promise<void> {
  const item = () => versionOf(scene, version)?.status?.preDeploymentEvaluationTaskStatus?.[0];
  await scene.until('the evaluation is there', () => item()?.name, withinMs);
  await vi.waitUntil(
    async () => {
      const at = scene.at('keptnevaluations', item()?.name ?? '', 'status');
      const status = { retryCount: 4, evaluationStatus: {}, overallStatus: 'Succeeded' };
      await scene.api.request('PATCH', at, { status });
      return item()?.status === 'Succeeded';
    },
    { timeout: withinMs, interval: 250 },
  );
}

/** Waits until the gate is lifted, ends the task after the deployment, and waits for the end. */
export async function through(scene: Scene): Promise<void> {
  await scene.until('the gate is lifted', () => !isCartHeld(scene), withinMs);
  await scene.endTask('smoke', { exitCode: 0 }, 'post', withinMs);
  await completed(scene);
}

/** Waits until the version and its app are through. */
export async function completed(scene: Scene, version = releaseVersion): Promise<void> {
  const isThrough = () => versionOf(scene, version)?.status?.currentPhase === 'Completed';
  await scene.until('the version is through', isThrough, withinMs);
  const apps = () => scene.all('keptnappversions').map(({ status }) => status?.currentPhase);
  await scene.until('its app too', () => apps().includes('Completed'), withinMs);
}
