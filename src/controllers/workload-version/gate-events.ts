import { reasons } from '../../api/reasons.ts';
import type { Action, ObjectRef } from '../../domain/action.ts';
import { refTo } from '../../domain/object-ref.ts';
import { versionRef } from './manifest.ts';
import type { WorkloadVersionSnapshot } from './observe.ts';

type GatedPods = WorkloadVersionSnapshot['gatedPods'];
type Subject = Pick<WorkloadVersionSnapshot, 'version' | 'owner'>;
type EventText = Pick<
  Extract<Action, { kind: 'emitEvent' }>,
  'type' | 'reason' | 'action' | 'note' | 'series'
>;

/** Lifts the gate of each pod, and says so on it and on what makes it. Pure. */
export function liftActions(pods: GatedPods, subject: Subject): Action[] {
  const passed = `the checks of version "${subject.version.spec.version}" have passed`;
  const said = { type: 'Normal', reason: reasons.gateLifted, action: 'LiftGate' } as const;
  return [
    ...pods.map(({ pod }): Action => ({ kind: 'liftGate', pod: podRef(pod) })),
    ...gateEvents(pods, subject, {
      pod: { ...said, note: `${passed}: the pod may be scheduled` },
      owner: { ...said, note: `${passed}: its pods may be scheduled` },
    }),
  ];
}

/** Lets pods go whose checks are only recorded, and says so likewise. Pure. */
export function auditActions(pods: GatedPods, subject: Subject, why: string): Action[] {
  const beside = `while the checks of version "${subject.version.spec.version}" are recorded beside`;
  const said = { type: 'Normal', reason: reasons.auditMode, action: 'LiftGate' } as const;
  return [
    ...pods.map(({ pod }): Action => ({ kind: 'liftGate', pod: podRef(pod) })),
    ...gateEvents(pods, subject, {
      pod: { ...said, note: `${why}: the pod may be scheduled ${beside}` },
      owner: { ...said, note: `${why}: its pods may be scheduled ${beside}` },
    }),
  ];
}

const troubles: ReadonlySet<string> = new Set([
  reasons.checkFailed,
  reasons.missingDefinition,
  reasons.appFailed,
]);

/**
 * Says on each held pod, and on what makes it, what it waits for. Words that differ in numbers alone, such as those of one attempt after another, are counted.
 * Pure.
 */
export function holdEvents(pods: GatedPods, subject: Subject, reason: string, message: string): Action[] {
  const series = message.replaceAll(/\d+(?:\.\d+)?/g, '#');
  const type = troubles.has(reason) ? 'Warning' : 'Normal';
  const said = { type, reason, action: 'HoldGate', series } as const;
  return gateEvents(pods, subject, {
    pod: { ...said, note: message },
    owner: {
      ...said,
      note: `pods of version "${subject.version.spec.version}" are held: ${message}`,
    },
  });
}

/** One Event for each pod and, where there are any, one for what makes them. */
function gateEvents(
  pods: GatedPods,
  { version, owner }: Subject,
  texts: { readonly pod: EventText; readonly owner: EventText },
): Action[] {
  const related = versionRef(version);
  const onPods = pods.map(
    ({ pod }): Action => ({ kind: 'emitEvent', regarding: podRef(pod), related, ...texts.pod }),
  );
  if (pods.length === 0 || owner === undefined) return onPods;
  // By the version, too: the same words about the next version are news.
  const series = `${version.metadata.uid ?? ''} ${texts.owner.series ?? texts.owner.note}`;
  return [...onPods, { kind: 'emitEvent', regarding: owner, related, ...texts.owner, series }];
}

function podRef({ metadata }: GatedPods[number]['pod']): ObjectRef {
  return refTo('v1', 'Pod', metadata);
}
