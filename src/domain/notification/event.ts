import type { Notification, NotificationEvent } from '../../api/options/v1alpha1/notification.ts';
import type { Fact } from '../fact.ts';

/** What a fact is to people; undefined when it is nothing to tell them of. Pure. */
export function notificationEventOf(fact: Fact): NotificationEvent | undefined {
  switch (fact.kind) {
    case 'version-started':
      return 'releaseStarted';
    case 'version-ended':
      return endOf(fact);
    case 'phase-ended':
      return phaseEndOf(fact);
    case 'check-ended':
      return fact.state === 'Failed' ? 'checkFailed' : undefined;
    case 'phase-started':
    case 'check-started':
      return undefined;
  }
}

function endOf({ state }: Fact): NotificationEvent | undefined {
  if (state === 'Failed') return 'releaseFailed';
  if (state === 'Deprecated') return 'releaseSuperseded';
  return state === 'Succeeded' ? 'releaseSucceeded' : undefined;
}

/** The phases before the deployment: where one of them failed, pods wait. */
const holding: ReadonlySet<string> = new Set([
  'AppPreDeployTasks',
  'AppPreDeployEvaluations',
  'WorkloadPreDeployTasks',
  'WorkloadPreDeployEvaluations',
]);

function phaseEndOf({ state, phase }: Fact): NotificationEvent | undefined {
  if (state === 'Warning') return 'warning';
  if (state !== 'Failed' || phase === undefined) return undefined;
  if (holding.has(phase.name)) return 'held';
  return phase.name === 'WorkloadDeploy' ? 'rolloutFailed' : undefined;
}

const releases: ReadonlySet<NotificationEvent> = new Set([
  'releaseStarted',
  'releaseSucceeded',
  'releaseFailed',
  'releaseSuperseded',
]);

/** Whether somebody wants to be told of a fact. Pure. */
export function wantsFact({ on, filter }: Pick<Notification, 'on' | 'filter'>, fact: Fact): boolean {
  const event = notificationEventOf(fact);
  if (event === undefined || !on.includes(event)) return false;
  const { namespaces, apps, levels } = filter;
  const fits = (wanted: readonly string[] | undefined, value: string): boolean =>
    wanted === undefined || wanted.length === 0 || wanted.includes(value);
  // Each workload ends with its app: to tell of all of them would be to tell of one release several times.
  const levelsOf = levels ?? (releases.has(event) ? ['App'] : []);
  return (
    fits(namespaces, fact.version.metadata.namespace ?? '') &&
    fits(apps, appOf(fact)) &&
    fits(levelsOf, fact.level)
  );
}

/** Name of the app that a fact is about. Pure. */
export function appOf(fact: Fact): string {
  return fact.level === 'App' ? fact.version.spec.appName : fact.version.spec.app;
}
