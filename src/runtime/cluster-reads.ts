import { apiPath } from '../api/resources.ts';
import { parseWith, z } from '../api/schema.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { KubeClient } from './client.ts';
import type { Clock } from './clock.ts';

/** A resource as discovery tells of it. */
interface Served {
  readonly group: string;
  readonly version: string;
  readonly isPreferred: boolean;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly alsoCalled: readonly string[];
}

interface Selected {
  readonly namespace?: string;
  readonly labels?: string;
  readonly fields?: string;
  readonly metadataOnly?: boolean;
}

/** Reads of any resource, also of those that no schema here knows; nothing goes into a cache. */
export interface ClusterReads {
  readonly served: () => Promise<Result<readonly Served[], SluiceError>>;
  readonly list: (
    resource: Served,
    selected: Selected,
    onObject: (object: unknown) => boolean,
    signal: AbortSignal,
  ) => Promise<Result<void, SluiceError>>;
}

/** A kind that is installed is known after so long at most. */
const servedAgeMs = 60_000;

/** Serves what metrics of the cluster itself read. Errors: those of the client. */
export function clusterReads(client: KubeClient, clock: Clock): ClusterReads {
  let known: { readonly at: number; readonly served: readonly Served[] } | undefined;
  let asking: Promise<Result<readonly Served[], SluiceError>> | undefined;
  const ask = async (): Promise<Result<readonly Served[], SluiceError>> => {
    const served = await discover(client);
    if (served.ok) known = { at: clock.monotonicMs(), served: served.value };
    return served;
  };
  return {
    served: () => {
      if (known !== undefined && clock.monotonicMs() - known.at < servedAgeMs)
        return Promise.resolve(ok(known.served));
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    list: (resource, selected, onObject, signal) => list(client, resource, { ...selected, onObject, signal }),
  };
}

interface Listing extends Selected {
  readonly onObject: (object: unknown) => boolean;
  readonly signal: AbortSignal;
}

async function list(
  client: KubeClient,
  resource: Served,
  { namespace, labels, fields, metadataOnly, onObject, signal }: Listing,
): Promise<Result<void, SluiceError>> {
  const enough = new AbortController();
  const listed = await client.list(apiPath({ ...resource, name: resource.plural }, namespace), {
    ...(labels === undefined ? {} : { labelSelector: labels }),
    ...(fields === undefined ? {} : { fieldSelector: fields }),
    ...(metadataOnly === undefined ? {} : { metadataOnly }),
    signal: AbortSignal.any([signal, enough.signal]),
    unversioned: true,
    onItem: (item) => {
      // The rest of a page comes all the same.
      if (!enough.signal.aborted && !onObject(item)) enough.abort();
    },
  });
  return enough.signal.aborted || listed.ok ? ok(undefined) : listed;
}

/** One request tells of all groups. Source: KEP-3352, aggregated discovery; v2beta1 for API servers before 1.30. */
const aggregated = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .join(',');

const resourceSchema = z.object({
  resource: z.string(),
  responseKind: z.object({ kind: z.string().default('') }).optional(),
  scope: z.string().default('Cluster'),
  singularResource: z.string().default(''),
  shortNames: z.array(z.string()).default([]),
  verbs: z.array(z.string()).default([]),
});

const discoverySchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string().default('') }).default({ name: '' }),
      versions: z
        .array(z.object({ version: z.string(), resources: z.array(resourceSchema).default([]) }))
        .default([]),
    }),
  ),
});

async function discover(client: KubeClient): Promise<Result<readonly Served[], SluiceError>> {
  const found: Served[] = [];
  for (const path of ['/api', '/apis']) {
    const answer = await client.get(path, aggregated);
    if (!answer.ok) return answer;
    const parsed = parseWith(discoverySchema, answer.value);
    if (!parsed.ok) return parsed;
    for (const { metadata, versions } of parsed.value.items) found.push(...servedBy(metadata.name, versions));
  }
  return ok(found);
}

/** A group's versions come in the order of its preference. */
function servedBy(
  group: string,
  versions: z.infer<typeof discoverySchema>['items'][number]['versions'],
): Served[] {
  const seen = new Set<string>();
  return versions.flatMap(({ version, resources }) =>
    resources
      .filter(({ verbs }) => verbs.includes('list'))
      .map(({ resource: plural, responseKind, scope, singularResource, shortNames }) => {
        const isPreferred = !seen.has(plural);
        seen.add(plural);
        const others = [responseKind?.kind ?? '', singularResource, ...shortNames];
        const alsoCalled = others.filter((word) => word !== '').map((word) => word.toLowerCase());
        return { group, version, isPreferred, plural, namespaced: scope === 'Namespaced', alsoCalled };
      }),
  );
}
