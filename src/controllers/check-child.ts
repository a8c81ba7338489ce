import type { KeptnEvaluation } from '../api/lifecycle/v1/keptn-evaluation.ts';
import type { KeptnTask } from '../api/lifecycle/v1/keptn-task.ts';
import type { PlannedCheck } from '../domain/checks.ts';
import { index } from '../runtime/controller.ts';
import type { Reader } from '../runtime/reader.ts';

/** Finds children by the uid of the version object that they belong to. */
export const childrenByOwner = [
  index('keptntasks', 'owner', ({ metadata }) => (metadata.ownerReferences ?? []).map(({ uid }) => uid)),
  index('keptnevaluations', 'owner', ({ metadata }) =>
    (metadata.ownerReferences ?? []).map(({ uid }) => uid),
  ),
];

interface Children {
  readonly keptntasks: KeptnTask;
  readonly keptnevaluations: KeptnEvaluation;
}

/**
 * The child of a check: the one on record while it exists, else the one of our own name, else one that Keptn made and
 * was stopped before it had recorded it. So a check that Keptn began is followed and not begun again. Reads only.
 */
export function findChild<K extends keyof Children>(
  reader: Reader,
  resource: K,
  namespace: string,
  check: PlannedCheck,
): Children[K] | undefined {
  const { recordedName, childName } = check;
  const recorded = recordedName === undefined ? undefined : reader.get(resource, namespace, recordedName);
  const known = recorded ?? reader.get(resource, namespace, childName);
  if (known !== undefined || recordedName !== undefined || check.attempt > 0) return known;
  return reader.byIndex(resource, 'owner', check.ownerUid).find((child) => isKeptns(child, check));
}

/** Keptn ended names with five digits, where ours end with ten hexadecimal ones. */
const keptnName = /-\d{5}$/;

function isKeptns(
  { metadata, spec }: KeptnTask | KeptnEvaluation,
  { phase, definition }: PlannedCheck,
): boolean {
  const made = 'taskDefinition' in spec ? spec.taskDefinition : spec.evaluationDefinition;
  return keptnName.test(metadata.name) && made === definition && spec.checkType === phase.checkType;
}
