import { annotations } from '../../api/constants.ts';
import { reasons } from '../../api/reasons.ts';
import type { WaitsOn } from '../../kernel/outcome.ts';
import type { WorkloadVersionSnapshot } from './observe.ts';

type Sibling = WorkloadVersionSnapshot['siblings'][number];

/** A version that may not begin, and why. */
export interface Held {
  readonly reason: string;
  readonly message: string;
  readonly on: readonly WaitsOn[];
  /** True when a user has to change something. */
  readonly stalled: boolean;
}

/** A message names so many workloads, so that it fits into an Event. */
const mostNamed = 5;

/**
 * Why a version may not begin: workloads of lower waves of the same app version have not succeeded. Undefined once it
 * has begun. Pure.
 */
export function holdForWave({ version, appVersion, siblings }: WorkloadVersionSnapshot): Held | undefined {
  const { wave = 0 } = version.spec;
  if (version.status?.currentPhase) return undefined;
  const open = siblings.filter((one) => one.wave < wave && one.version?.status?.status !== 'Succeeded');
  if (open.length === 0) return undefined;
  // Failed ones first: they are what a user has to look at.
  const sorted = open.toSorted((a, b) => Number(hasFailed(b)) - Number(hasFailed(a)) || a.wave - b.wave);
  const named = sorted.slice(0, mostNamed).map(describe);
  const others = sorted.length > mostNamed ? [`and ${sorted.length - mostNamed} more`] : [];
  const stalled = open.some(hasFailed);
  const remedy = stalled
    ? `; annotate it with ${annotations.retry}, or release a version of it that succeeds`
    : '';
  return {
    reason: reasons.waitingForWave,
    message: `wave ${wave} of app version "${appVersion?.metadata.name ?? ''}" waits for lower waves: ${[...named, ...others].join(', ')}${remedy}`,
    on: open.map(({ versionName }) => ({ kind: 'KeptnWorkloadVersion', name: versionName })),
    stalled,
  };
}

function hasFailed({ version }: Sibling): boolean {
  return version?.status?.status === 'Failed';
}

function describe({ ref, wave, version }: Sibling): string {
  return `workload "${ref.name}" of wave ${wave} ${stateOf(version)}`;
}

function stateOf(version: Sibling['version']): string {
  if (version === undefined) return 'is not deployed yet';
  const { status = 'Pending', currentPhase } = version.status ?? {};
  if (status === 'Failed') return `has failed in phase ${currentPhase ?? ''}`;
  return currentPhase ? `is in phase ${currentPhase}` : `is ${status}`;
}
