import { annotations, revisionHashLabel, templateGenerationLabel } from '../constants.ts';
import { type ObjectMeta, objectMetaSchema } from '../meta.ts';
import { z } from '../schema.ts';
import { coreConditionSchema } from './workload.ts';

/** One container that does not run as it should, or a pod without a place (`container` is then empty). */
export interface PodTrouble {
  readonly container: string;
  /** As the kubelet or the scheduler calls it, such as CrashLoopBackOff; one word for failed pulls of an image. */
  readonly reason: string;
  /** What they say about it, cut short. */
  readonly message: string;
  readonly restarts: number;
  /** How the container ended last. */
  readonly exitCode: number | undefined;
  readonly exitReason: string;
}

/** What is kept of a pod that admission knows: a few hundred bytes, which change only when something goes wrong. */
export interface ReleasePod {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod';
  readonly metadata: ObjectMeta;
  /** Kept of pods without an owner, which nobody else reports on. */
  readonly phase: string | undefined;
  /** As `phase`. */
  readonly ready: boolean;
  readonly troubles: readonly PodTrouble[];
}

const statusSchema = z.object({
  name: z.string(),
  restartCount: z.number().default(0),
  state: z
    .object({
      waiting: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
    })
    .optional(),
  lastState: z
    .object({ terminated: z.object({ exitCode: z.number(), reason: z.string().optional() }).optional() })
    .optional(),
});
type ContainerStatus = z.infer<typeof statusSchema>;

const statuses = z.array(statusSchema).optional();

/** Reasons that are words of one state, told in turns: each turn would be a change to tell of. */
const synonyms: Readonly<Record<string, string>> = { ErrImagePull: 'ImagePullBackOff' };

/** Reasons of a container that will not start by itself. Others, such as ContainerCreating, are steps on the way. */
const troubleReasons: ReadonlySet<string> = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** The message of these repeats the reason with times and digests that change at each attempt. */
const chatty: ReadonlySet<string> = new Set(['CrashLoopBackOff', 'ImagePullBackOff']);

const longestMessage = 256;

/** Annotations and labels that identity is read from, and the labels by which owners tell revisions apart. */
const keptKeys: readonly string[] = [
  annotations.workload,
  annotations.app,
  annotations.version,
  annotations.appType,
  annotations.k8sName,
  annotations.k8sPartOf,
  annotations.k8sVersion,
  revisionHashLabel,
  templateGenerationLabel,
];

/** One list for the thousands of pods that fare well. */
const none: readonly PodTrouble[] = [];

/** core/v1 Pod that admission knows. */
export const releasePodSchema = z
  .object({
    metadata: objectMetaSchema,
    status: z
      .object({
        phase: z.string().optional(),
        conditions: z.array(coreConditionSchema).optional(),
        containerStatuses: statuses,
        initContainerStatuses: statuses,
      })
      .prefault({}),
  })
  .transform(({ metadata, status }): ReleasePod => {
    const { phase, conditions = [], containerStatuses = [], initContainerStatuses = [] } = status;
    const isAlone = (metadata.ownerReferences ?? []).length === 0;
    const unscheduled = conditions.filter(
      ({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable',
    );
    const troubles = [
      ...unscheduled.map(({ message = '' }) => trouble('', 'Unschedulable', message)),
      ...[...initContainerStatuses, ...containerStatuses].flatMap(troubleOf),
    ];
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: trimmed(metadata),
      phase: isAlone ? phase : undefined,
      ready: isAlone && conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
      troubles: troubles.length === 0 ? none : troubles,
    };
  });

function troubleOf({ name, restartCount, state, lastState }: ContainerStatus): PodTrouble[] {
  const told = state?.waiting?.reason ?? '';
  const reason = synonyms[told] ?? told;
  if (!troubleReasons.has(reason)) return [];
  const message = chatty.has(reason) ? '' : (state?.waiting?.message ?? '');
  return [{ ...trouble(name, reason, message), restarts: restartCount, ...endOf(lastState) }];
}

function endOf(lastState: ContainerStatus['lastState']): Pick<PodTrouble, 'exitCode' | 'exitReason'> {
  const { exitCode, reason = '' } = lastState?.terminated ?? {};
  return { exitCode, exitReason: reason };
}

function trouble(container: string, reason: string, message: string): PodTrouble {
  const cut = message.slice(0, longestMessage);
  return { container, reason, message: cut, restarts: 0, exitCode: undefined, exitReason: '' };
}

function trimmed(metadata: ObjectMeta): ObjectMeta {
  const { name, namespace, uid, deletionTimestamp, ownerReferences } = metadata;
  return {
    name,
    namespace,
    uid,
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    annotations: kept(metadata.annotations),
    labels: kept(metadata.labels),
    ownerReferences,
  };
}

function kept(map: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(keptKeys.flatMap((key) => (map[key] === undefined ? [] : [[key, map[key]]])));
}
