import type { KeptnConfig } from '../../api/options/v1alpha1/keptn-config.ts';
import { reasons } from '../../api/reasons.ts';
import { type ConditionClaim, setConditions } from '../../domain/condition.ts';
import type { Decision } from '../../domain/decision.ts';
import { notificationProblem } from '../../domain/notification/template.ts';
import { applyStatus, refTo } from '../../domain/object-ref.ts';
import type { ReceiverReport } from '../../domain/receivers.ts';
import { done } from '../../kernel/outcome.ts';
import type { ConfigSnapshot } from './observe.ts';

const apiVersion = 'options.keptn.sh/v1alpha1';

type UnreadableConfig = Extract<ConfigSnapshot['object'], { kind: 'unreadable' }>['unreadable'];

/** Decides what a KeptnConfig says of itself: what it sets, or why it has no effect. Pure. */
export function decideConfig(snapshot: ConfigSnapshot): Decision {
  const { object, now } = snapshot;
  if (object.kind === 'unreadable') return reportUnreadable(object.unreadable, snapshot);
  const { metadata, status } = object.config;
  const stamp = { now, generation: metadata.generation };
  const conditions = setConditions(status?.conditions, claimsFor(object.config, snapshot), stamp);
  return {
    actions: [applyStatus(refTo(apiVersion, 'KeptnConfig', metadata), { conditions })],
    outcome: done,
  };
}

/** Its own conditions cannot be read either: to write them anew each time would be one write after the other. */
function reportUnreadable(
  { metadata, why }: UnreadableConfig,
  { systemNamespace, inForce }: ConfigSnapshot,
): Decision {
  const counts = inForce === undefined ? 'the defaults count (failed checks hold)' : `"${inForce}" counts`;
  const note =
    metadata.namespace === systemNamespace
      ? `cannot be read (${why}) and has no effect until it is corrected; ${counts}`
      : elsewhere(systemNamespace);
  const regarding = refTo(apiVersion, 'KeptnConfig', metadata);
  return {
    actions: [
      {
        kind: 'emitEvent',
        regarding,
        type: 'Warning',
        reason: reasons.unreadable,
        action: 'ReadConfig',
        note: note.slice(0, 1000),
      },
    ],
    outcome: done,
  };
}

/** The one that counts also says how those fare whom it has told. */
function claimsFor(config: KeptnConfig, snapshot: ConfigSnapshot): readonly ConditionClaim[] {
  const { inForce, systemNamespace, receivers } = snapshot;
  const { name, namespace } = config.metadata;
  const counts = namespace === systemNamespace && name === inForce;
  return [judge(config, snapshot), ...(counts && receivers.length > 0 ? [judgeReceivers(receivers)] : [])];
}

function judgeReceivers(receivers: readonly ReceiverReport[]): ConditionClaim {
  const problems = receivers.flatMap(({ title, problem }) =>
    problem === undefined ? [] : `${title} is not told: ${problem}`,
  );
  const type = 'ReceiversTold';
  if (problems.length > 0)
    return { type, status: 'False', reason: reasons.notTold, message: problems.join('; ') };
  const titles = receivers.map(({ title }) => title);
  return { type, status: 'True', reason: reasons.allTold, message: `told of releases: ${titles.join(', ')}` };
}

function judge(config: KeptnConfig, { systemNamespace, inForce }: ConfigSnapshot): ConditionClaim {
  const { name, namespace } = config.metadata;
  if (namespace !== systemNamespace) return hasNoEffect(elsewhere(systemNamespace));
  if (name !== inForce) {
    const message = `has no effect: of several KeptnConfigs in this namespace the first by name counts, which is "${inForce ?? ''}"; put your settings there or delete it`;
    return hasNoEffect(message);
  }
  const problems = (config.spec.notifications ?? []).flatMap((one) => notificationProblem(one) ?? []);
  if (problems.length > 0) {
    const message = `${problems.join('; ')}. All else is ${inForceMessage(config)}`;
    return { type: 'Ready', status: 'False', reason: reasons.invalidSetting, message };
  }
  return { type: 'Ready', status: 'True', reason: reasons.inForce, message: inForceMessage(config) };
}

function hasNoEffect(message: string): ConditionClaim {
  return { type: 'Ready', status: 'False', reason: reasons.noEffect, message };
}

function elsewhere(systemNamespace: string): string {
  return `has no effect in this namespace: create it in "${systemNamespace}", the namespace of Sluice, or annotate the Namespace with keptn.sh/enforcement`;
}

function inForceMessage({ spec }: KeptnConfig): string {
  const mode = spec.blockDeployment ? 'enforce' : 'warn';
  return [
    `in force: failed checks ${spec.blockDeployment ? 'hold' : 'are warnings'} (${mode})`,
    `overrides ${spec.overrides}`,
    `observabilityTimeout ${spec.observabilityTimeout}`,
    `apps are written after ${spec.keptnAppCreationRequestTimeoutSeconds} s at the latest`,
  ].join('; ');
}
