import { z } from '../../api/schema.ts';
import type { ArchiveState } from './archive.ts';
import { type DoraNumbers, numbersOf } from './numbers.ts';
import type { CountedRelease } from './record.ts';
import { type DoraFilter, type DoraWindow, daysOf, isOfApp, isOfEnvironment } from './window.ts';

const count = z.number();
const unknowable = z.number().nullable();
const spread = { medianSeconds: unknowable, p90Seconds: unknowable };

const numbersSchema = z.object({
  releases: z.object({
    ended: count,
    deployed: count,
    stopped: count,
    checkedAgain: count,
    superseded: count,
    unknown: count,
  }),
  deploymentFrequency: z.object({ deployments: count, perDay: count }),
  changeLeadTime: z.object({
    ...spread,
    known: count,
    of: count,
    sources: z.record(z.string(), count),
    unknown: z.object({ noCommitTime: count, commitAfterDeployment: count }),
  }),
  changeFailRate: z.object({
    ratio: unknowable,
    failed: count,
    of: count,
    ofReleases: z.object({ ratio: unknowable, failed: count, of: count }),
  }),
  failedDeploymentRecoveryTime: z.object({ ...spread, known: count, of: count, open: count, unknown: count }),
  deploymentReworkRate: z.object({
    ratio: unknowable,
    rework: count,
    of: count,
    why: z.object({ marked: count, rollback: count, afterFailure: count }),
  }),
});

const appSchema = z.object({
  namespace: z.string(),
  app: z.string(),
  /** Null: unknown. */
  environment: z.string().nullable(),
  numbers: numbersSchema,
});

/** What is answered to a question for the five numbers. */
export const doraAnswerSchema = z.object({
  window: z.object({ from: z.string(), to: z.string(), days: count }),
  filter: z.object({
    namespace: z.string().optional(),
    app: z.string().optional(),
    environment: z.string().optional(),
  }),
  /** Where the numbers come from, and since when releases are kept there. */
  source: z.object({
    kind: z.enum(['sqlite', 'configmap', 'objects']),
    since: z.string().nullable(),
    dropped: count,
  }),
  numbers: numbersSchema,
  /** The same by app, the latest release first. */
  apps: z.array(appSchema),
  /** So many apps more have releases in the window. */
  appsLeftOut: count,
});
export type DoraAnswer = z.infer<typeof doraAnswerSchema>;

/** The numbers of an answer. */
export type AnsweredNumbers = DoraAnswer['numbers'];

const mostApps = 200;

/** What is known of where releases are kept. */
export type AnswerSource = Omit<ArchiveState, 'kind'> & { readonly kind: DoraAnswer['source']['kind'] };

/** Answers with the five numbers of a window; `sorted` are releases in the order of their ends. Pure. */
export function doraAnswer(
  sorted: readonly CountedRelease[],
  window: DoraWindow,
  filter: DoraFilter,
  source: AnswerSource,
): DoraAnswer {
  const { kind, dropped, sinceMs } = source;
  const apps = appsOf(sorted, window, filter);
  return {
    window: { from: timeText(window.fromMs), to: timeText(window.toMs), days: daysOf(window) },
    filter,
    source: { kind, since: sinceMs === undefined ? null : timeText(sinceMs), dropped },
    numbers: answered(numbersOf(sorted, window, filter)),
    apps: apps.slice(0, mostApps).map(({ namespace, app, environment, releases }) => ({
      namespace,
      app,
      environment: environment === '' ? null : environment,
      numbers: answered(numbersOf(releases, window, { environment: environment || 'unknown' })),
    })),
    appsLeftOut: Math.max(0, apps.length - mostApps),
  };
}

function answered({ window: _window, ...numbers }: DoraNumbers): AnsweredNumbers {
  return numbers;
}

/** A time as people and tools read it; what is no time of the calendar is cut to the next one. Pure. */
export function timeText(ms: number): string {
  const furthest = 8.64e15;
  return new Date(Math.min(Math.max(ms, -furthest), furthest)).toISOString();
}

/** An app in one environment, and all releases of the app: one of another environment may tell of a recovery. */
export interface AppReleases {
  readonly namespace: string;
  readonly app: string;
  /** Empty: unknown. */
  readonly environment: string;
  readonly releases: readonly CountedRelease[];
}

/** The apps that released something in a window, the latest first. Pure. */
export function appsOf(
  sorted: readonly CountedRelease[],
  { fromMs, toMs }: DoraWindow,
  filter: DoraFilter = {},
): AppReleases[] {
  const latest = new Map<string, AppReleases>();
  const byApp = new Map<string, CountedRelease[]>();
  for (const release of sorted) {
    if (!isOfApp(release, filter)) continue;
    const { namespace, app, environment, endMs } = release;
    const name = `${namespace}/${app}`;
    const releases = byApp.get(name) ?? [];
    byApp.set(name, releases);
    releases.push(release);
    if (endMs < fromMs || endMs >= toMs || !isOfEnvironment(release, filter)) continue;
    const key = `${name}/${environment}`;
    // A map keeps the place of a key that is there: the latest release is to give it.
    latest.delete(key);
    latest.set(key, { namespace, app, environment, releases });
  }
  return [...latest.values()].toReversed();
}
