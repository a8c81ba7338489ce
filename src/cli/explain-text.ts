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
      }
    | undefined;
}

/** Lines that say where a version stands and why, in the words of its conditions. Pure. */
export function explainStatus(kind: string, { metadata, status }: Explained): string[] {
  const head = `  ${kind} "${metadata.name}"`;
  if (status === undefined) return [`${head} was not looked at yet: is the controller running?`];
  const phase = status.currentPhase ? ` in phase ${status.currentPhase}` : '';
  const conditions = (status.conditions ?? []).map(
    ({ type, status: holds, reason, message, lastTransitionTime }) =>
      `    ${type}=${holds} since ${lastTransitionTime} (${reason}): ${message}`,
  );
  const items = [...(status.preDeploymentTaskStatus ?? []), ...(status.postDeploymentTaskStatus ?? [])];
  const tasks = items.map(
    (item) => `    task ${item.definitionName ?? ''}: ${item.status} (KeptnTask "${item.name ?? ''}")`,
  );
  return [`${head} is ${status.status}${phase}`, ...conditions, ...tasks];
}
