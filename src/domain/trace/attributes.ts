import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import type { ItemStatus, State } from '../../api/lifecycle/v1/shared.ts';
import type { CheckPhase } from '../phases.ts';
import type { Attributes } from './span.ts';

/** Longer texts are cut: a span is no place for logs. */
const longestText = 1024;
const mostMetadata = 64;

/** A text that fits a span. Pure. */
export function shortText(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text;
}

/** Result of a run in the words of the CI/CD conventions; undefined while there is none. Pure. */
export function pipelineResult(state: State): string | undefined {
  switch (state) {
    case 'Succeeded':
    case 'Warning':
      return 'success';
    case 'Failed':
      return 'failure';
    case 'Deprecated':
      return 'cancellation';
    case 'Pending':
    case 'Progressing':
    case 'Unknown':
      return undefined;
  }
}

/** `error.type` of what failed: the reason of its condition, else one word. Pure. */
export function errorType(state: State, reason: string | undefined): Attributes {
  return state === 'Failed' ? { 'error.type': reason ?? 'Failed' } : {};
}

/** Attributes of an app version's own span: Keptn's, and those of the CI/CD conventions. Pure. */
export function appAttributes({ metadata, spec, status }: KeptnAppVersion): Attributes {
  const { namespace = '', name, uid = '' } = metadata;
  const { appName, version, previousVersion } = spec;
  const result = pipelineResult(status?.status ?? 'Pending');
  return {
    ...userMetadata(spec.metadata),
    ...environment(spec.metadata),
    'keptn.deployment.app.name': appName,
    'keptn.deployment.app.version': version,
    'keptn.deployment.app.namespace': namespace,
    ...(previousVersion ? { 'keptn.deployment.app.previousversion': previousVersion } : {}),
    'cicd.pipeline.name': appName,
    'cicd.pipeline.action.name': 'SYNC',
    'cicd.pipeline.run.id': uid,
    ...(result === undefined ? {} : { 'cicd.pipeline.result': result }),
    'service.version': version,
    'k8s.namespace.name': namespace,
    'sluice.object.kind': 'KeptnAppVersion',
    'sluice.object.name': name,
  };
}

/** Kinds that the Kubernetes conventions have attributes for. */
const ownerKinds: Readonly<Record<string, string>> = {
  ReplicaSet: 'replicaset',
  StatefulSet: 'statefulset',
  DaemonSet: 'daemonset',
  Pod: 'pod',
};

/** Attributes of a workload version's own span. Pure. */
export function workloadAttributes({ metadata, spec, status }: KeptnWorkloadVersion): Attributes {
  const { namespace = '', name, uid = '' } = metadata;
  const { kind, name: owner, uid: ownerUid } = spec.resourceReference;
  const ownerKind = ownerKinds[kind];
  const given = { ...status?.appContextMetadata, ...spec.metadata };
  return {
    ...userMetadata(given),
    ...environment(given),
    'keptn.deployment.app.name': spec.app,
    'keptn.deployment.workload.name': spec.workloadName,
    'keptn.deployment.workload.version': spec.version,
    'keptn.deployment.workload.namespace': namespace,
    ...taskRun({ name: spec.workloadName, type: 'deploy', id: uid, state: status?.status ?? 'Pending' }),
    'service.version': spec.version,
    'k8s.namespace.name': namespace,
    ...(ownerKind === undefined
      ? {}
      : { [`k8s.${ownerKind}.name`]: owner, [`k8s.${ownerKind}.uid`]: ownerUid }),
    'sluice.object.kind': 'KeptnWorkloadVersion',
    'sluice.object.name': name,
  };
}

/** What a check is a check of. */
export interface CheckSubject {
  readonly appName: string;
  readonly appVersion: string;
  readonly workloadName: string;
  readonly workloadVersion: string;
  readonly metadata: Readonly<Record<string, string>> | undefined;
}

/** Attributes of a check's span. Pure. */
export function checkAttributes(
  {
    phase,
    item,
    uid,
  }: { readonly phase: CheckPhase; readonly item: ItemStatus; readonly uid: string | undefined },
  subject: CheckSubject,
): Attributes {
  const { name = '', definitionName = '', status: state, attempt = 0 } = item;
  const kind = phase.kind === 'tasks' ? 'task' : 'evaluation';
  return {
    ...userMetadata(subject.metadata),
    'keptn.deployment.app.name': subject.appName,
    'keptn.deployment.app.version': subject.appVersion,
    'keptn.deployment.workload.name': subject.workloadName,
    'keptn.deployment.workload.version': subject.workloadVersion,
    [`keptn.deployment.${kind}.name`]: name,
    [`keptn.deployment.${kind}.type`]: phase.checkType,
    ...taskRun({ name: definitionName, type: 'test', id: uid ?? name, state }),
    'sluice.check.attempt': attempt,
  };
}

function taskRun(run: {
  readonly name: string;
  readonly type: 'deploy' | 'test';
  readonly id: string;
  readonly state: State;
}): Attributes {
  const result = pipelineResult(run.state);
  return {
    'cicd.pipeline.task.name': run.name,
    'cicd.pipeline.task.type': run.type,
    'cicd.pipeline.task.run.id': run.id,
    ...(result === undefined ? {} : { 'cicd.pipeline.task.run.result': result }),
  };
}

/** Metadata as it was given, ours last: nobody can name an app by metadata that is another. */
function userMetadata(metadata: Readonly<Record<string, string>> | undefined): Attributes {
  const entries = Object.entries(metadata ?? {}).slice(0, mostMetadata);
  return Object.fromEntries(entries.map(([key, value]) => [key, shortText(value)]));
}

const environmentKeys = ['deployment.environment.name', 'environment', 'deployment.environment', 'stage'];

/** The environment is what metadata calls so; where it says nothing, nobody knows. */
function environment(metadata: Readonly<Record<string, string>> | undefined): Attributes {
  const name = environmentKeys.map((key) => metadata?.[key]).find((said) => said !== undefined);
  return name === undefined ? {} : { 'deployment.environment.name': shortText(name) };
}
