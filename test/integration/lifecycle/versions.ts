import type { KeptnWorkloadVersion } from '../../../src/api/lifecycle/v1/keptn-workload-version.ts';
import type { Scene } from './scene.ts';

/** The KeptnWorkloadVersion of that version, when it is there. */
export function versionOf(scene: Scene, version: string): KeptnWorkloadVersion | undefined {
  return scene.all('keptnworkloadversions').find(({ spec }) => spec.version === version);
}

/** What a version says of itself. */
export function readyMessage(scene: Scene, version: string): string {
  const { conditions = [] } = versionOf(scene, version)?.status ?? {};
  return conditions.find(({ type }) => type === 'Ready')?.message ?? '';
}

/** Waits until a version has passed all its phases. */
export function untilThrough(scene: Scene, version: string): Promise<KeptnWorkloadVersion> {
  return scene.until(
    `version ${version} is through`,
    () => {
      const found = versionOf(scene, version);
      return found?.status?.currentPhase === 'Completed' && found.status.status === 'Succeeded' && found;
    },
    45_000,
  );
}

/** Waits until a version says something about itself that holds these words. */
export function untilSays(scene: Scene, version: string, words: string): Promise<unknown> {
  return scene.until(
    `version ${version} says "${words}"`,
    () => readyMessage(scene, version).includes(words),
    45_000,
  );
}

/** Waits until a version is in that state. */
export function untilState(scene: Scene, version: string, state: string): Promise<KeptnWorkloadVersion> {
  return scene.until(
    `version ${version} is ${state}`,
    () => {
      const found = versionOf(scene, version);
      return found?.status?.status === state && found;
    },
    45_000,
  );
}

/** Uids of the pods of a version that were ever seen with a gate. */
export function gatedEver(scene: Scene): string[] {
  const gated = scene.sightings.filter(
    ({ resource, object }) => resource === 'pods' && JSON.stringify(object).includes('"schedulingGates":[{'),
  );
  return [...new Set(gated.map(({ uid }) => uid))];
}

/** Makes every pod of a workload ready that has a node, as the kubelet would: for pods that the hollow node leaves alone. */
export async function makeReady(scene: Scene, count: number): Promise<void> {
  await scene.until(
    `${count} pods have a node`,
    () => scene.pods().filter(({ spec }) => spec.nodeName !== undefined).length === count,
    45_000,
  );
  const lastTransitionTime = new Date().toISOString();
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime }];
  for (const { metadata } of scene.pods())
    await scene.patchPodStatus(metadata.name, { phase: 'Running', conditions });
}
