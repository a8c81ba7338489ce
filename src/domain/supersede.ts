import type { ItemStatus } from '../api/lifecycle/v1/shared.ts';
import { formatTime } from './condition.ts';
import type { ObservedCheck, PhaseStatus } from './phase-step.ts';
import { stampPhases } from './phase-times.ts';
import type { ItemsField, Phase } from './phases.ts';
import { isCompleted } from './state.ts';

/** All that the end of a replaced version depends on. */
export interface SupersededInput {
  readonly phases: readonly Phase[];
  readonly previous: PhaseStatus;
  readonly observed: readonly ObservedCheck[];
  readonly now: Date;
}

/**
 * The status of a version that another took the place of before it was through: what had ended keeps its state, the
 * rest is Deprecated. Checks that are running run to their end, because a half of a migration is worse than a needless
 * one, and how they end is still recorded. Pure.
 */
export function supersede({ phases, previous, observed, now }: SupersededInput): PhaseStatus {
  const open = phases.filter(({ field }) => !isCompleted(previous[field]));
  const states = Object.fromEntries(open.map(({ field }) => [field, 'Deprecated']));
  const lists = phases.flatMap((phase) => (phase.kind === 'deploy' ? [] : [phase.items]));
  const items: { [F in ItemsField]?: readonly ItemStatus[] } = {};
  for (const field of lists) {
    const list = previous[field];
    if (list !== undefined) items[field] = list.map((item) => recorded(item, observed));
  }
  const status: PhaseStatus = {
    ...previous,
    ...states,
    ...items,
    status: 'Deprecated',
    endTime: previous.endTime ?? formatTime(now),
  };
  return { ...status, ...stampPhases(phases, previous, status, now) };
}

function recorded(item: ItemStatus, observed: readonly ObservedCheck[]): ItemStatus {
  if (isCompleted(item.status)) return item;
  const child = observed.find(({ childName }) => childName === item.name)?.child;
  if (child === undefined || !isCompleted(child.state)) return item;
  const endTime = child.endTime === undefined ? {} : { endTime: child.endTime };
  return { ...item, status: child.state, ...endTime };
}
