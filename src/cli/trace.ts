import type { KeptnAppVersion } from '../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../api/lifecycle/v1/keptn-workload-version.ts';
import { apiPath, type ResourceMap, resources } from '../api/resources.ts';
import { loadSettings } from '../config/settings.ts';
import { workloadName, workloadVersionName } from '../domain/names.ts';
import type { ReleaseObjects, VersionRecord } from '../domain/release-objects.ts';
import type { TraceSpan } from '../domain/trace/span.ts';
import { releaseSpans } from '../domain/trace/spans.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';
import { Metrics } from '../observability/metrics.ts';
import type { KubeClient } from '../runtime/client.ts';
import { systemClock } from '../runtime/clock.ts';
import { connectClients } from '../runtime/connect.ts';
import type { TraceArguments } from './args.ts';
import { failWith, print, screen } from './terminal.ts';
import { traceTree } from './trace-tree.ts';

/** Draws the trace of a release of an app from its stored objects. Gives the exit code. */
export async function trace(wanted: TraceArguments): Promise<number> {
  const settings = loadSettings();
  if (!settings.ok) return failWith(settings.error.message);
  const connected = connectClients(settings.value.kubeconfigPath, new Metrics());
  if (!connected.ok) return failWith(connected.error.message);
  const { client, close } = connected.value;
  try {
    const read = await readRelease(client, wanted);
    if (!read.ok) return failWith(read.error.message);
    if (read.value === undefined) return failWith(nothing(wanted));
    const url = await traceUrl(client, settings.value.namespace);
    print(...drawn(read.value, url));
    return 0;
  } finally {
    close();
  }
}

function nothing({ app, namespace, version }: TraceArguments): string {
  const which = version === undefined ? 'no version' : `no version "${version}"`;
  return `app "${app}" has ${which} in namespace "${namespace}"; see: kubectl get keptnappversions -n ${namespace}`;
}

function drawn(release: ReleaseObjects, url: string | undefined): string[] {
  const spans = releaseSpans(release);
  const now = new Date(systemClock.now());
  if (spans.length === 0) return ['the release has not begun'];
  const traceId = spans[0]?.traceId ?? '';
  return [
    `trace ${traceId}`,
    ...traceTree(spans, { ...screen(), now }),
    ...failures(spans),
    ...(url === undefined ? [] : [url.replaceAll('{traceId}', traceId)]),
  ];
}

/** Why something failed, once for each reason. */
function failures(spans: readonly TraceSpan[]): string[] {
  const said = spans.flatMap(({ subject, name, result }) =>
    result.code === 'error' && subject === 'check' ? [`${name}: ${result.message}`] : [],
  );
  return [...new Set(said)];
}

/** The newest version of the app, or the newest run of the version that is wanted, and all that belongs to it. */
async function readRelease(
  client: KubeClient,
  { app, namespace, version }: TraceArguments,
): Promise<Result<ReleaseObjects | undefined, SluiceError>> {
  const versions = await listOf(client, 'keptnappversions', namespace);
  const workloads = await listOf(client, 'keptnworkloadversions', namespace);
  const tasks = await listOf(client, 'keptntasks', namespace);
  const evaluations = await listOf(client, 'keptnevaluations', namespace);
  for (const list of [versions, workloads, tasks, evaluations]) if (!list.ok) return list;
  if (!(versions.ok && workloads.ok && tasks.ok && evaluations.ok)) return ok(undefined);
  const found = newest(
    versions.value.filter(({ spec }) => spec.appName === app && (version ?? spec.version) === spec.version),
  );
  if (found === undefined) return ok(undefined);
  const record = <V extends KeptnAppVersion | KeptnWorkloadVersion>(one: V): VersionRecord<V> => ({
    version: one,
    tasks: tasks.value.filter((task) => isOwnedBy(task, one)),
    evaluations: evaluations.value.filter((evaluation) => isOwnedBy(evaluation, one)),
  });
  const names = (found.spec.workloads ?? []).map((member) =>
    workloadVersionName(workloadName(app, member.name), member.version),
  );
  const members = names.flatMap((name) => workloads.value.filter(({ metadata }) => metadata.name === name));
  return ok({ app: record(found), workloads: members.map((member) => record(member)) });
}

interface Owned {
  readonly metadata: KeptnAppVersion['metadata'];
}

function isOwnedBy(child: Owned, owner: Owned): boolean {
  return (child.metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid);
}

function newest(versions: readonly KeptnAppVersion[]): KeptnAppVersion | undefined {
  const madeMs = ({ metadata }: KeptnAppVersion): number => Date.parse(metadata.creationTimestamp ?? '') || 0;
  return versions.toSorted((a, b) => madeMs(b) - madeMs(a))[0];
}

type Listed = 'keptnappversions' | 'keptnworkloadversions' | 'keptntasks' | 'keptnevaluations';

async function listOf<K extends Listed>(
  client: KubeClient,
  resource: K,
  namespace: string,
): Promise<Result<ResourceMap[K][], SluiceError>> {
  const seen: ResourceMap[K][] = [];
  const listed = await client.list(apiPath(resources[resource], namespace), {
    onItem: (item) => {
      const parsed = resources[resource].parse(item);
      if (parsed.ok) seen.push(parsed.value);
    },
  });
  return listed.ok ? ok(seen) : listed;
}

/** Where people look at traces, as the KeptnConfig says; who may not read it gets no link. */
async function traceUrl(client: KubeClient, namespace: string): Promise<string | undefined> {
  const seen: ResourceMap['keptnconfigs'][] = [];
  await client.list(apiPath(resources.keptnconfigs, namespace), {
    onItem: (item) => {
      const parsed = resources.keptnconfigs.parse(item);
      if (parsed.ok) seen.push(parsed.value);
    },
  });
  const [first] = seen.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  return first?.spec.tracing?.traceUrl || undefined;
}
