import type { KeptnAppVersion } from '../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../api/lifecycle/v1/keptn-workload-version.ts';
import { apiPath, type ResourceMap, resources } from '../api/resources.ts';
import { parseWith } from '../api/schema.ts';
import { type DoraAnswer, doraAnswer, doraAnswerSchema } from '../domain/dora/answer.ts';
import { sortedByEnd } from '../domain/dora/numbers.ts';
import { releasesOf } from '../domain/dora/releases.ts';
import { type DoraFilter, parseWindow } from '../domain/dora/window.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { KubeClient } from '../runtime/client.ts';

/** What is asked for. */
export interface DoraAsked {
  /** Such as `30d`. */
  readonly window: string;
  readonly filter: DoraFilter;
  /** Sluice's own namespace. */
  readonly systemNamespace: string;
  readonly nowMs: number;
}

/** An answer, and why it is not from the history when it is not. */
export interface DoraRead {
  readonly answer: DoraAnswer;
  readonly fallback: string | undefined;
}

/** The Service of the controller's numbers, as manifests/base has it. */
const service = 'sluice-controller-metrics:metrics';

/**
 * Asks Sluice for the five numbers through the API server's proxy of its Service, under the user's own rights; where that
 * cannot be had, computes them from the versions that the cluster still stores. Errors: malformed (the window), and those
 * of listing.
 */
export async function readDora(client: KubeClient, asked: DoraAsked): Promise<Result<DoraRead, SluiceError>> {
  const window = parseWindow(asked.window, asked.nowMs + 1);
  if (!window.ok) return window;
  const query = new URLSearchParams({ window: asked.window, ...asked.filter });
  const path = `/api/v1/namespaces/${asked.systemNamespace}/services/${service}/proxy/dora?${query.toString()}`;
  const served = await client.get(path);
  const answer = served.ok ? parseWith(doraAnswerSchema, served.value) : served;
  if (answer.ok) return ok({ answer: answer.value, fallback: undefined });
  const releases = await storedReleases(client, asked.filter.namespace);
  if (!releases.ok) return releases;
  const source = { kind: 'objects', dropped: 0, sinceMs: undefined } as const;
  const computed = doraAnswer(sortedByEnd(releases.value), window.value, asked.filter, source);
  return ok({ answer: computed, fallback: answer.error.message });
}

async function storedReleases(
  client: KubeClient,
  namespace: string | undefined,
): Promise<Result<ReturnType<typeof releasesOf>, SluiceError>> {
  const versions = await listed(client, 'keptnappversions', namespace);
  if (!versions.ok) return versions;
  const workloads = await listed(client, 'keptnworkloadversions', namespace);
  if (!workloads.ok) return workloads;
  // A user may not be allowed to read namespaces: then their labels say nothing.
  const namespaces = namespace === undefined ? await listed(client, 'namespaces', undefined) : ok([]);
  const known = new Map(
    (namespaces.ok ? namespaces.value : []).map(({ metadata }) => [metadata.name, metadata]),
  );
  const members = Map.groupBy(workloads.value, (one) => appKey(one.metadata.namespace, one.spec.app));
  const apps = Map.groupBy(versions.value, (one) => appKey(one.metadata.namespace, one.spec.appName));
  return ok(
    [...apps].flatMap(([key, own]) =>
      releasesOf({
        versions: own,
        workloads: members.get(key) ?? [],
        namespace: known.get(own[0]?.metadata.namespace ?? ''),
      }),
    ),
  );
}

function appKey(namespace: string | undefined, app: string): string {
  return `${namespace ?? ''}/${app}`;
}

type Listed = KeptnAppVersion | KeptnWorkloadVersion | ResourceMap['namespaces'];

/** Objects that cannot be read are passed over: they are in no number. */
async function listed<K extends 'keptnappversions' | 'keptnworkloadversions' | 'namespaces'>(
  client: KubeClient,
  resource: K,
  namespace: string | undefined,
): Promise<Result<readonly (ResourceMap[K] & Listed)[], SluiceError>> {
  const found: (ResourceMap[K] & Listed)[] = [];
  const list = await client.list(apiPath(resources[resource], namespace), {
    onItem: (item) => {
      const parsed = resources[resource].parse(item);
      if (parsed.ok) found.push(parsed.value);
    },
  });
  return list.ok ? ok(found) : list;
}
