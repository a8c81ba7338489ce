import type { Condition, ItemStatus, State } from '../api/lifecycle/v1/shared.ts';

/** The part of a version object that is explained. */
export interface Explained {
  readonly metadata: { readonly name: string };
  readonly status?:
    | {
        readonly status: State;
        readonly currentPhase?: string | undefined;
        readonly conditions?: readonly Condition[] | undefined;
        readonly preDeploymentTaskStatus?: readonly ItemStatus[] | undefined;
        readonly postDeploymentTaskStatus?: readonly ItemStatus[] | undefined;
        readonly preDeploymentEvaluationTaskStatus?: readonly ItemStatus[] | undefined;
        readonly postDeploymentEvaluationTaskStatus?: readonly ItemStatus[] | undefined;
      }
    | undefined;
}

/** Lines that say where a version stands and why, in the words of its conditions. Pure. */
export function explainStatus(kind: string, { metadata, status }: Explained): string[] {
  const head = `  ${kind} "${metadata.name}"`;
  if (status === undefined) return [`${head} was not looked at yet: is the controller running?`];
  const phase = status.currentPhase ? ` in phase ${status.currentPhase}` : '';
  // Ready is true, false or unknown for one reason, which the other conditions repeat in their own terms.
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const gated = status.conditions?.find(({ type }) => type === 'Gated');
  return [
    `${head} is ${status.status}${phase}`,
    ...(gated === undefined ? [] : [gateLine(gated)]),
    ...(ready === undefined
      ? []
      : [`    ${ready.reason} since ${ready.lastTransitionTime}: ${ready.message}`]),
    ...tasksOf(status).map((item) => itemLine('task', item)),
    ...evaluationsOf(status).map((item) => itemLine('evaluation', item)),
  ];
}

function gateLine({ status, lastTransitionTime }: Condition): string {
  return status === 'True'
    ? `    its pods are held since ${lastTransitionTime}`
    : `    its pods may be scheduled since ${lastTransitionTime}`;
}

/** The tasks of a version, in the order of its phases. Pure. */
export function tasksOf(status: Explained['status']): readonly ItemStatus[] {
  return [...(status?.preDeploymentTaskStatus ?? []), ...(status?.postDeploymentTaskStatus ?? [])];
}

/** The evaluations of a version, in the order of its phases. Pure. */
export function evaluationsOf(status: Explained['status']): readonly ItemStatus[] {
  return [
    ...(status?.preDeploymentEvaluationTaskStatus ?? []),
    ...(status?.postDeploymentEvaluationTaskStatus ?? []),
  ];
}

const childKinds = { task: 'KeptnTask', evaluation: 'KeptnEvaluation' } as const;

function itemLine(
  what: keyof typeof childKinds,
  { definitionName = '', status, name = '' }: ItemStatus,
): string {
  const child = name === '' ? 'not started yet' : `${childKinds[what]} "${name}"`;
  return `    ${what} ${definitionName}: ${status} (${child})`;
}
