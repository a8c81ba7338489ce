import type { Pod } from '../../src/api/core/pod.ts';
import type { KeptnWorkloadVersion } from '../../src/api/lifecycle/v1/keptn-workload-version.ts';
import type { Scene } from '../integration/lifecycle/scene.ts';
import { daemonNodes, type Wanted } from './manifests.ts';
import type { Truth } from './truth.ts';
import { gatesOf, versionOf } from './umpire.ts';

/** A workload at the end of a sequence; `wanted` is absent when it was removed. */
export interface EndOfLine {
  readonly name: string;
  readonly wanted: Wanted | undefined;
  /** False: all that failed was asked to run again and works now, so nothing may hold it. */
  readonly mayBeHeld: boolean;
}

/**
 * Why a workload is not at rest: every pod of the wanted version runs, or all is held by a check that failed and says
 * so. Undefined when it is.
 */
export function whyUnsettled(scene: Scene, truth: Truth, end: EndOfLine): string | undefined {
  const { name, wanted } = end;
  const pods = scene.pods().filter((pod) => versionOf(pod).startsWith(`${name}@`));
  if (wanted === undefined) return pods.length === 0 ? whySilent(scene) : 'it is removed and has pods';
  const count = countOf(wanted);
  if (count === 0) return pods.length === 0 ? whySilent(scene) : 'it is scaled to none and has pods';
  const key = `${name}@${wanted.version}`;
  const version = scene
    .all('keptnworkloadversions')
    .find(({ spec }) => `${spec.workloadName}@${spec.version}` === key);
  if (version === undefined) return `no KeptnWorkloadVersion of ${key}`;
  const maybe = end.mayBeHeld && truth.mayStayHeld(key, version.metadata.uid ?? '');
  if (maybe && isHeldWithReason(scene, version, pods)) return whySilent(scene);
  return whyNotRunning(pods, key, count) ?? whyNotThrough(version, truth, end) ?? whySilent(scene);
}

function countOf({ shape, replicas }: Wanted): number {
  return shape.kind === 'DaemonSet' ? daemonNodes : replicas;
}

function whyNotRunning(pods: readonly Pod[], key: string, count: number): string | undefined {
  if (pods.length !== count) return `${pods.length} pods and not ${count}`;
  const waiting = pods.filter((pod) => versionOf(pod) !== key || gatesOf(pod).length > 0 || !isReady(pod));
  if (waiting.length === 0) return undefined;
  const said = waiting.map((pod) => `${pod.metadata.name} of ${versionOf(pod)} [${gatesOf(pod).join()}]`);
  return `not of ${key} and ready: ${said.join(', ')}`;
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}

function whyNotThrough(
  { metadata, status }: KeptnWorkloadVersion,
  truth: Truth,
  { mayBeHeld }: EndOfLine,
): string | undefined {
  if (status?.status === 'Succeeded') return undefined;
  if (mayBeHeld && status?.status === 'Failed' && truth.hasFailed(metadata.uid ?? '')) return undefined;
  return `its pods run, and its version is ${status?.status ?? 'without a status'}`;
}

/** Held, said so in the conditions of the version, and in an Event on each pod of it that waits. */
function isHeldWithReason(scene: Scene, version: KeptnWorkloadVersion, pods: readonly Pod[]): boolean {
  const conditions = version.status?.conditions ?? [];
  const says = (type: string) =>
    conditions.some((one) => one.type === type && one.status === 'True' && one.message !== '');
  const key = `${version.spec.workloadName}@${version.spec.version}`;
  const held = pods.filter((pod) => versionOf(pod) === key && gatesOf(pod).length > 0);
  return (
    says('Gated') &&
    says('Stalled') &&
    held.every(({ metadata }) => scene.notes('Pod', metadata.name).length > 0)
  );
}

/** An object that is not through says what it waits for. */
function whySilent(scene: Scene): string | undefined {
  const all = [...scene.all('keptnworkloadversions'), ...scene.all('keptnappversions')];
  const silent = all.filter(({ status }) => {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    return status?.status !== 'Succeeded' && (ready === undefined || ready.message === '');
  });
  if (silent.length === 0) return undefined;
  return `says nothing: ${silent.map(({ metadata }) => metadata.name).join(', ')}`;
}
