import { annotations as keys, singleService } from '../api/constants.ts';
import { type Key, type Keyed, lookup, parseList, parseMetadata } from './annotations.ts';
import { appName, workloadName, workloadVersionName } from './names.ts';
import { computeVersion, type VersionedContainer } from './version.ts';
import { parseWave } from './wave.ts';

/** Which workload, app and version a pod belongs to, and which checks it asks for. */
export interface WorkloadIdentity {
  /** As the user wrote it. */
  readonly workload: string;
  /** The app's object name. */
  readonly app: string;
  /** True when no app was named: the workload is an app of its own. */
  readonly appIsImplied: boolean;
  /** Lower case, as in KeptnWorkload.spec.version. */
  readonly version: string;
  readonly preTasks: readonly string[];
  readonly postTasks: readonly string[];
  readonly preEvaluations: readonly string[];
  readonly postEvaluations: readonly string[];
  readonly onFailureTasks: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Place in the order within a version of the app; lower ones come first. */
  readonly wave: number;
  /** Name of the KeptnWorkload. */
  readonly workloadName: string;
  /** Name of the KeptnWorkloadVersion. */
  readonly workloadVersionName: string;
}

/** The part of a pod that identity is read from. */
export interface IdentifiedPod {
  readonly metadata: Keyed;
  readonly spec: { readonly containers?: readonly VersionedContainer[] | undefined };
}

/** A pod's owner as a message names it, with its keys. */
export interface IdentifiedOwner extends Keyed {
  readonly kind: string;
  readonly name?: string;
}

/** What is known of a pod's identity. `annotations` are those that the pod lacks and admission adds. */
export type Identification =
  | { readonly kind: 'not-annotated' }
  | {
      readonly kind: 'identified';
      readonly identity: WorkloadIdentity;
      readonly annotations: Readonly<Record<string, string>>;
      readonly warnings: readonly string[];
    };

const workloadKey: Key = { primary: keys.workload, secondary: keys.k8sName };
const appKey: Key = { primary: keys.app, secondary: keys.k8sPartOf };
const versionKey: Key = { primary: keys.version, secondary: keys.k8sVersion };
const containerKey: Key = { primary: keys.container };
const waveKey: Key = { primary: keys.wave };
const copiedKeys: readonly Key[] = [
  workloadKey,
  appKey,
  versionKey,
  { primary: keys.preTasks },
  { primary: keys.postTasks },
  { primary: keys.preEvaluations },
  { primary: keys.postEvaluations },
  { primary: keys.onFailureTasks },
  { primary: keys.metadata },
  waveKey,
];

/**
 * Reads a pod's identity: for each key the pod's own value, else its owner's, so that a label that most charts
 * set on pods doesn't hide the checks that are annotated on the Deployment. Pure and total.
 */
export function resolveIdentity(input: {
  readonly pod: IdentifiedPod;
  readonly owner?: IdentifiedOwner | undefined;
}): Identification {
  const { pod, owner } = input;
  const value = (key: Key): string | undefined => lookup(pod.metadata, key) ?? lookup(owner ?? {}, key);
  const workload = value(workloadKey);
  if (workload === undefined) return { kind: 'not-annotated' };
  const namedApp = value(appKey);
  const isMarked = pod.metadata.annotations?.[keys.appType] === singleService;
  const { version, isComputed, warnings } = versionOf(pod, value);
  const { wave, warning } = parseWave(value(waveKey));
  return {
    kind: 'identified',
    identity: {
      workload,
      appIsImplied: namedApp === undefined || isMarked,
      ...namesOf(namedApp ?? workload, workload, version.toLowerCase()),
      ...checksOf(value),
      wave,
    },
    annotations: {
      ...missingFrom(pod.metadata, owner),
      ...(isComputed ? { [keys.version]: version } : {}),
      ...(namedApp === undefined ? { [keys.app]: workload, [keys.appType]: singleService } : {}),
    },
    warnings: [
      ...warnings,
      ...(warning === undefined ? [] : [warning]),
      ...contradictions(pod.metadata, owner),
    ],
  };
}

/** Gives the value of a key for a pod and its owner together. */
type ValueOf = (key: Key) => string | undefined;

interface FoundVersion {
  /** In the letters in which it was written. */
  readonly version: string;
  readonly isComputed: boolean;
  readonly warnings: readonly string[];
}

function versionOf(pod: IdentifiedPod, value: ValueOf): FoundVersion {
  const written = value(versionKey);
  if (written !== undefined) return { version: written, isComputed: false, warnings: [] };
  const { version, warning } = computeVersion(pod.spec.containers ?? [], value(containerKey) ?? '');
  return { version, isComputed: true, warnings: warning === undefined ? [] : [warning] };
}

function namesOf(
  app: string,
  workload: string,
  version: string,
): Pick<WorkloadIdentity, 'app' | 'version' | 'workloadName' | 'workloadVersionName'> {
  const name = workloadName(app, workload);
  return {
    app: appName(app),
    version,
    workloadName: name,
    workloadVersionName: workloadVersionName(name, version),
  };
}

type AskedFor = Pick<
  WorkloadIdentity,
  'preTasks' | 'postTasks' | 'preEvaluations' | 'postEvaluations' | 'onFailureTasks' | 'metadata'
>;

function checksOf(value: ValueOf): AskedFor {
  const list = (primary: string): string[] => parseList(value({ primary }) ?? '');
  return {
    preTasks: list(keys.preTasks),
    postTasks: list(keys.postTasks),
    preEvaluations: list(keys.preEvaluations),
    postEvaluations: list(keys.postEvaluations),
    onFailureTasks: list(keys.onFailureTasks),
    metadata: parseMetadata(value({ primary: keys.metadata }) ?? ''),
  };
}

/** The owner's values for keys that the pod has no value for, under the primary keys. */
function missingFrom(pod: Keyed, owner: Keyed | undefined): Record<string, string> {
  const missing: Record<string, string> = {};
  for (const key of copiedKeys) {
    const inherited = lookup(owner ?? {}, key);
    if (inherited !== undefined && lookup(pod, key) === undefined) missing[key.primary] = inherited;
  }
  return missing;
}

/** Says where pod and owner carry different values of one primary key, for only one can count. */
function contradictions(pod: Keyed, owner: IdentifiedOwner | undefined): string[] {
  if (owner === undefined) return [];
  return copiedKeys.flatMap(({ primary }) => {
    const own = lookup(pod, { primary });
    const inherited = lookup(owner, { primary });
    if (own === undefined || inherited === undefined || own === inherited) return [];
    const ownerName = owner.name === undefined ? owner.kind : `${owner.kind} "${owner.name}"`;
    return [
      `${primary} is "${own}" on the pod template and "${inherited}" on ${ownerName}: the template's counts`,
    ];
  });
}
