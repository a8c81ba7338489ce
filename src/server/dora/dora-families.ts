import { appsOf } from '../../domain/dora/answer.ts';
import type { ArchiveState } from '../../domain/dora/archive.ts';
import { type DoraNumbers, numbersOf } from '../../domain/dora/numbers.ts';
import type { CountedRelease } from '../../domain/dora/record.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import type { Result } from '../../kernel/result.ts';
import type { Family, Sample } from '../../observability/exposition.ts';

/** The windows of the gauges, in days. */
const windowDays = [7, 30, 90] as const;
const dayMs = 24 * 3_600_000;

/** How far back records matter to the gauges. */
export const longestGaugeMs = 90 * dayMs;

/** Apps beyond the most recently released ones have no gauges: 200 apps are some 6,000 series. */
export const mostApps = 200;

type Labels = Sample['labels'];
/** Values of one gauge: null and undefined are left out. */
type Read = (numbers: DoraNumbers) => readonly [value: number | null, more?: Labels][];

interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly read: Read;
}

const spread = ({
  medianSeconds,
  p90Seconds,
}: DoraNumbers['changeLeadTime' | 'failedDeploymentRecoveryTime']): ReturnType<Read> => [
  [medianSeconds, { quantile: '0.5' }],
  [p90Seconds, { quantile: '0.9' }],
];

const gauges: readonly Gauge[] = [
  {
    name: 'sluice_dora_deployments',
    help: 'Releases that rolled something out and ended in the window.',
    read: ({ deploymentFrequency }) => [[deploymentFrequency.deployments]],
  },
  {
    name: 'sluice_dora_deployments_per_day',
    help: 'DORA deployment frequency: deployments in the window by its days.',
    read: ({ deploymentFrequency }) => [[deploymentFrequency.perDay]],
  },
  {
    name: 'sluice_dora_change_lead_time_seconds',
    help: 'DORA change lead time: from commit to the end of the rollout, of deployments whose commit time is known.',
    read: ({ changeLeadTime }) => spread(changeLeadTime),
  },
  {
    name: 'sluice_dora_change_lead_time_known',
    help: 'Deployments in the window whose lead time is known.',
    read: ({ changeLeadTime }) => [[changeLeadTime.known]],
  },
  {
    name: 'sluice_dora_failed_deployments',
    help: 'Deployments in the window that failed in or after their rollout.',
    read: ({ changeFailRate }) => [[changeFailRate.failed]],
  },
  {
    name: 'sluice_dora_stopped_releases',
    help: 'Releases in the window that a failed check held before anything was rolled out.',
    read: ({ releases }) => [[releases.stopped]],
  },
  {
    name: 'sluice_dora_change_fail_ratio',
    help: 'DORA change fail rate: failed deployments by deployments, 0 to 1.',
    read: ({ changeFailRate }) => [[changeFailRate.ratio]],
  },
  {
    name: 'sluice_dora_release_fail_ratio',
    help: 'Failed releases by releases, 0 to 1, with those that were held before anything was rolled out.',
    read: ({ changeFailRate }) => [[changeFailRate.ofReleases.ratio]],
  },
  {
    name: 'sluice_dora_failed_deployment_recovery_seconds',
    help: 'DORA failed deployment recovery time: to the next release of the app that ended well.',
    read: ({ failedDeploymentRecoveryTime }) => spread(failedDeploymentRecoveryTime),
  },
  {
    name: 'sluice_dora_unrecovered_deployments',
    help: 'Failed deployments in the window since which no release of the app ended well.',
    read: ({ failedDeploymentRecoveryTime }) => [[failedDeploymentRecoveryTime.open]],
  },
  {
    name: 'sluice_dora_deployment_rework_ratio',
    help: 'DORA deployment rework rate: deployments that repair by deployments, 0 to 1.',
    read: ({ deploymentReworkRate }) => [[deploymentReworkRate.ratio]],
  },
];

/**
 * The five numbers as gauges by namespace, app and environment (empty: unknown) over the last 7, 30 and 90 days. What is
 * unknown has no series. `releases` are each there once, in the order of their ends,
 * and go back as far as `longestGaugeMs`. Pure.
 */
export function doraFamilies(releases: readonly CountedRelease[], now: Date): Family[] {
  const toMs = now.getTime() + 1;
  const apps = appsOf(releases, { fromMs: toMs - longestGaugeMs, toMs });
  const kept = apps.slice(0, mostApps);
  const read = kept.flatMap(({ namespace, app, environment, releases: own }) =>
    windowDays.map((days) => {
      const window = { fromMs: toMs - days * dayMs, toMs };
      const numbers = numbersOf(own, window, { environment: environment || 'unknown' });
      return { labels: { namespace, app, environment, window: `${days}d` }, numbers };
    }),
  );
  const families = gauges.map(({ name, help, read: valuesOf }): Family => {
    const samples = read
      .filter(({ numbers }) => numbers.releases.ended > 0)
      .flatMap(({ labels, numbers }) => valuesOf(numbers).flatMap((value) => sampleOf(labels, value)));
    return { name, type: 'gauge', help, samples };
  });
  const leftOut = { labels: {}, value: String(apps.length - kept.length) };
  const help = `Apps without DORA gauges: only the ${mostApps} with the latest releases have them.`;
  return [...families, { name: 'sluice_dora_apps_left_out', type: 'gauge', help, samples: [leftOut] }];
}

function sampleOf(labels: Labels, [value, more]: ReturnType<Read>[number]): Sample[] {
  return value === null ? [] : [{ labels: { ...labels, ...more }, value: String(value) }];
}

/** The gauges, and how the archive fares: without it there are none of the others. Pure. */
export function historyFamilies(
  releases: Result<readonly CountedRelease[], SluiceError>,
  { kind, dropped }: ArchiveState,
  now: Date,
): Family[] {
  const gauge = (name: string, help: string, value: number): Family => ({
    name,
    type: 'gauge',
    help,
    samples: [{ labels: { kind }, value: String(value) }],
  });
  const up = gauge('sluice_history_up', '1 while the history of releases can be read.', Number(releases.ok));
  if (!releases.ok) return [up];
  return [
    up,
    gauge('sluice_history_releases', 'Releases in the history.', releases.value.length),
    gauge('sluice_history_dropped_releases', 'Releases that had to go for want of room, ever.', dropped),
    ...doraFamilies(releases.value, now),
  ];
}
