import type { PodTrouble } from '../api/core/release-pod.ts';

/** A pod of a version with what keeps it from running. */
export interface TroubledPod {
  readonly namespace: string;
  readonly name: string;
  readonly troubles: readonly PodTrouble[];
}

/** A container that crashed this often and waits to be started again will not recover by itself. */
const restartsToFail = 5;

/** More would hide what the first ones say. */
const mostTexts = 3;

const crashLoop = 'CrashLoopBackOff';

const remedies: Readonly<Record<string, string>> = {
  ImagePullBackOff: 'its image cannot be pulled; correct the image or its pull secret',
  InvalidImageName: 'correct the name of its image',
  ErrImageNeverPull: 'its image is not on the node and may not be pulled; change imagePullPolicy',
  CreateContainerConfigError: 'create what its configuration names, or correct the name',
};

/** Why a version fails at once: a container of it that keeps crashing, with the words to find out more. Pure. */
export function crashOf(pods: readonly TroubledPod[]): string | undefined {
  for (const { namespace, name, troubles } of byName(pods)) {
    const lost = troubles.find(({ reason, restarts }) => reason === crashLoop && restarts >= restartsToFail);
    if (lost !== undefined) {
      const see = `kubectl logs --namespace ${namespace} ${name} --container ${lost.container} --previous`;
      return `container "${lost.container}" of pod "${name}" keeps crashing (${crashLoop} after ${lost.restarts} restarts${endOf(lost)}); see "${see}"`;
    }
  }
  return undefined;
}

/** What keeps pods from running, one text for all pods with the same trouble, the same for the same pods. Pure. */
export function troubleTexts(pods: readonly TroubledPod[]): string[] {
  const found = byName(pods).flatMap(({ name, troubles }) => troubles.map((trouble) => ({ name, trouble })));
  const groups = Map.groupBy(found, ({ trouble }) => `${trouble.container} ${trouble.reason}`);
  const texts = [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [textOf(first.name, first.trouble, others.length)],
  );
  return texts.slice(0, mostTexts);
}

function textOf(name: string, trouble: PodTrouble, others: number): string {
  const { container, reason, message, restarts } = trouble;
  const pod = `pod "${name}"${others === 0 ? '' : ` and ${others} more`}`;
  const told = message === '' ? '' : `: ${message}`;
  if (container === '') return `${pod} cannot be scheduled${told}`;
  if (reason === crashLoop) {
    const limit = `the version fails at ${restartsToFail}`;
    return `container "${container}" of ${pod} crashes (${restarts} restarts${endOf(trouble)}; ${limit})`;
  }
  const remedy = remedies[reason] === undefined ? '' : `; ${remedies[reason]}`;
  return `container "${container}" of ${pod} does not start (${reason}${told})${remedy}`;
}

function endOf({ exitCode, exitReason }: PodTrouble): string {
  if (exitCode === undefined) return '';
  return `, last exit code ${exitCode}${exitReason === '' ? '' : ` (${exitReason})`}`;
}

function byName(pods: readonly TroubledPod[]): readonly TroubledPod[] {
  return pods.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
