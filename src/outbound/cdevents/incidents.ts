import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import { memberName } from '../../domain/app-match.ts';
import type { Fact } from '../../domain/fact.ts';
import { workloadVersionName } from '../../domain/names.ts';
import type { ReleaseObjects } from '../../domain/release-objects.ts';

type Version = KeptnAppVersion | KeptnWorkloadVersion;

/** Port: what is stored of earlier releases. Reads only. */
export interface Past {
  readonly appVersions: (namespace: string, app: string) => readonly KeptnAppVersion[];
  readonly workloadVersion: (namespace: string, name: string) => KeptnWorkloadVersion | undefined;
}

const postPhases = new Set(['PostDeployTasks', 'PostDeployEvaluations']);

/**
 * True when a check after a deployment failed, whether or not it held anything up: users have the version, and something
 * is wrong with it. Pure.
 */
export function beginsIncident({ kind, level, phase, state }: Fact): boolean {
  const isPost = phase?.name.startsWith(level) === true && postPhases.has(phase.name.slice(level.length));
  return kind === 'phase-ended' && isPost && (state === 'Failed' || state === 'Warning');
}

/** The incident of a version: it has at most one. Pure. */
export function incidentId({ metadata: { namespace = '', name } }: Version): string {
  return `${namespace}/${name}`;
}

/**
 * The versions whose incidents end with the success of a release: of itself, when its checks passed in a later attempt,
 * and of those before it, back to the last one that was well. Reads only.
 */
export function resolvedBy(release: ReleaseObjects, past: Past): readonly Version[] {
  const app = release.app?.version;
  if (app?.status?.status !== 'Succeeded') return [];
  const own = [app, ...release.workloads.map(({ version }) => version)];
  if (own.some(hasIncident)) return [];
  return [...own.filter(hadIncident), ...openBefore(app, past).filter((one) => !own.includes(one))];
}

function openBefore(app: KeptnAppVersion, past: Past): readonly Version[] {
  const { namespace = '' } = app.metadata;
  const before = past
    .appVersions(namespace, app.spec.appName)
    .filter((one) => beganAt(one) < beganAt(app))
    .toSorted((a, b) => (beganAt(a) < beganAt(b) ? 1 : -1));
  const open: Version[] = [];
  for (const one of before) {
    const members = (one.spec.workloads ?? []).flatMap((member) => {
      const name = workloadVersionName(memberName(one.spec.appName, member), member.version);
      return past.workloadVersion(namespace, name) ?? [];
    });
    const failed = [one, ...members].filter(hasIncident);
    if (failed.length === 0 && one.status?.status === 'Succeeded') break;
    open.push(...failed.filter((version) => !open.includes(version)));
  }
  return open;
}

function beganAt({ metadata, status }: KeptnAppVersion): string {
  return status?.startTime ?? metadata.creationTimestamp ?? '';
}

function hasIncident({ status }: Version): boolean {
  return [status?.postDeploymentStatus, status?.postDeploymentEvaluationStatus].some(
    (state) => state === 'Failed' || state === 'Warning',
  );
}

/** Whoever asks for a check again does so because it failed. */
function hadIncident({ status }: Version): boolean {
  const items = [
    ...(status?.postDeploymentTaskStatus ?? []),
    ...(status?.postDeploymentEvaluationTaskStatus ?? []),
  ];
  return items.some(({ attempt = 0 }) => attempt > 0);
}
