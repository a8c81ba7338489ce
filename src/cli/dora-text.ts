import type { AnsweredNumbers, DoraAnswer } from '../domain/dora/answer.ts';
import { csv } from '../domain/dora/export.ts';

/** How much of an answer is said in the table: which apps it names one by one. */
const mostApps = 20;

/** The five numbers for people, each with what it was counted from, then a line an app. Pure. */
export function doraTable(answer: DoraAnswer): string[] {
  return [
    head(answer),
    ...columns(numberRows(answer.numbers)).map((line) => `  ${line}`),
    `  of ${plural(answer.numbers.releases.ended, 'release')} that ended: ${fates(answer.numbers)}`,
    ...sourceLines(answer),
    ...appLines(answer),
  ];
}

function head({ window, filter }: DoraAnswer): string {
  const { app, namespace, environment } = filter;
  const whose = app === undefined ? 'all apps' : `app ${app}`;
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const stage = environment === undefined ? '' : `, environment ${environment}`;
  return `DORA of ${whose}${where}${stage}, ${rounded(window.days)} days to ${window.to.slice(0, 19)}Z`;
}

function numberRows(numbers: AnsweredNumbers): string[][] {
  const { deploymentFrequency, changeLeadTime, changeFailRate } = numbers;
  const { failedDeploymentRecoveryTime: recovery, deploymentReworkRate: rework } = numbers;
  return [
    [
      'deployment frequency',
      `${rounded(deploymentFrequency.perDay)} a day`,
      plural(deploymentFrequency.deployments, 'deployment'),
    ],
    [
      'change lead time',
      spreadText(changeLeadTime),
      `commit time known of ${changeLeadTime.known} of ${changeLeadTime.of}${leadTimeWhy(changeLeadTime)}`,
    ],
    [
      'change fail rate',
      percent(changeFailRate.ratio),
      `${changeFailRate.failed} of ${plural(changeFailRate.of, 'deployment')} failed; of releases ${percent(changeFailRate.ofReleases.ratio)} (${changeFailRate.ofReleases.failed} of ${changeFailRate.ofReleases.of}, with ${numbers.releases.stopped} that a check stopped)`,
    ],
    ['failed deployment recovery time', spreadText(recovery), recoveryWhy(recovery)],
    [
      'deployment rework rate',
      percent(rework.ratio),
      `${rework.rework} of ${plural(rework.of, 'deployment')}: ${rework.why.rollback} rolled back, ${rework.why.afterFailure} after a failure, ${rework.why.marked} marked`,
    ],
  ];
}

function leadTimeWhy({ unknown, sources }: AnsweredNumbers['changeLeadTime']): string {
  const parts = [
    ...Object.entries(sources).map(([source, count]) => `${count} from ${source}`),
    ...(unknown.noCommitTime > 0 ? [`${unknown.noCommitTime} say none`] : []),
    ...(unknown.commitAfterDeployment > 0 ? [`${unknown.commitAfterDeployment} after the deployment`] : []),
  ];
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

function recoveryWhy({ known, of, open, unknown }: AnsweredNumbers['failedDeploymentRecoveryTime']): string {
  const rest = [...(open > 0 ? [`${open} still open`] : []), ...(unknown > 0 ? [`${unknown} unknown`] : [])];
  return `${known} of ${plural(of, 'failed deployment')} recovered${rest.map((one) => `, ${one}`).join('')}`;
}

function fates({ releases }: AnsweredNumbers): string {
  const { deployed, stopped, checkedAgain, superseded, unknown } = releases;
  const all = [
    [deployed, 'deployed'],
    [stopped, 'stopped by a check before anything was deployed'],
    [checkedAgain, 'checked with nothing new to deploy'],
    [superseded, 'replaced before they were through'],
    [unknown, 'failed, nobody knows where'],
  ] as const;
  const said = all.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return said.length === 0 ? 'none' : said.join(', ');
}

function sourceLines({ source }: DoraAnswer): string[] {
  const since = source.since === null ? '' : `, kept since ${source.since.slice(0, 19)}Z`;
  const dropped = source.dropped > 0 ? `; ${source.dropped} older ones had to go for want of room` : '';
  const names = {
    sqlite: 'the history file',
    configmap: 'the history in ConfigMaps',
    objects: 'the KeptnAppVersions of the cluster',
  };
  return [`  from ${names[source.kind]}${since}${dropped}`];
}

function appLines({ apps, appsLeftOut }: DoraAnswer): string[] {
  if (apps.length < 2) return [];
  const rows = apps
    .slice(0, mostApps)
    .map(({ namespace, app, environment, numbers }) => [
      namespace,
      app,
      environment ?? 'unknown',
      String(numbers.deploymentFrequency.deployments),
      spreadText(numbers.changeLeadTime),
      percent(numbers.changeFailRate.ratio),
      spreadText(numbers.failedDeploymentRecoveryTime),
      percent(numbers.deploymentReworkRate.ratio),
    ]);
  const titles = [
    'NAMESPACE',
    'APP',
    'ENVIRONMENT',
    'DEPLOYMENTS',
    'LEAD TIME',
    'FAILED',
    'RECOVERY',
    'REWORK',
  ];
  const more = Math.max(0, apps.length - mostApps) + appsLeftOut;
  return [
    '',
    ...columns([titles, ...rows]),
    ...(more > 0 ? [`and ${more} more: narrow it down with --app`] : []),
  ];
}

/** A row an app for spreadsheets; numbers as they are, empty where unknown. Pure. */
export function doraCsv({ apps, window }: DoraAnswer): string {
  const titles = [
    'namespace',
    'app',
    'environment',
    'from',
    'to',
    'deployments',
    'deploymentsPerDay',
    'leadTimeMedianSeconds',
    'leadTimeP90Seconds',
    'leadTimeKnown',
    'leadTimeOf',
    'failedDeployments',
    'changeFailRatio',
    'stoppedReleases',
    'recoveryMedianSeconds',
    'recoveryP90Seconds',
    'recoveryOpen',
    'reworkRatio',
  ];
  return csv([
    titles,
    ...apps.map(({ namespace, app, environment, numbers }) => [
      namespace,
      app,
      environment,
      window.from,
      window.to,
      numbers.deploymentFrequency.deployments,
      numbers.deploymentFrequency.perDay,
      numbers.changeLeadTime.medianSeconds,
      numbers.changeLeadTime.p90Seconds,
      numbers.changeLeadTime.known,
      numbers.changeLeadTime.of,
      numbers.changeFailRate.failed,
      numbers.changeFailRate.ratio,
      numbers.releases.stopped,
      numbers.failedDeploymentRecoveryTime.medianSeconds,
      numbers.failedDeploymentRecoveryTime.p90Seconds,
      numbers.failedDeploymentRecoveryTime.open,
      numbers.deploymentReworkRate.ratio,
    ]),
  ]);
}

function spreadText({
  medianSeconds,
  p90Seconds,
}: {
  medianSeconds: number | null;
  p90Seconds: number | null;
}): string {
  if (medianSeconds === null || p90Seconds === null) return 'unknown';
  return `${durationText(medianSeconds)} (p90 ${durationText(p90Seconds)})`;
}

/** The two largest units. */
function durationText(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
  ] as const;
  if (seconds < 60) return `${rounded(seconds)}s`;
  let left = Math.round(seconds);
  const parts = units.flatMap(([unit, length]) => {
    const count = Math.floor(left / length);
    left -= count * length;
    return count === 0 ? [] : [`${count}${unit}`];
  });
  return [...parts, ...(left === 0 ? [] : [`${left}s`])].slice(0, 2).join(' ');
}

function percent(ratio: number | null): string {
  return ratio === null ? 'unknown' : `${rounded(ratio * 100)} %`;
}

function rounded(value: number): string {
  return String(Number(value.toFixed(value < 1 ? 3 : 1)));
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
