import * as z from 'zod';
import { customMetricsApiServices, metricsApiServiceName } from '../../src/server/metrics-api/paths.ts';
import { ClusterFault } from '../cluster/fault.ts';
import { timed } from '../cluster/progress.ts';
import type { Kubectl } from './kubectl.ts';
import type { RenderedObject } from './overlay.ts';

/** The Service of Keptn's metrics operator, to which its registrations lead. */
const keptnService = 'metrics-operator-service';
const ours = `sluice-system/${metricsApiServiceName}`;

/** What the operator of the cluster says: as it fits, in any case, or not at all. */
const switches = ['auto', 'on', 'off'] as const;
export type MetricsApiSwitch = (typeof switches)[number];

/** Who serves custom.metrics.k8s.io, by the registration of one version. */
export interface ApiServiceOwner {
  readonly apiService: string;
  /** `namespace/name` of the Service that it leads to; undefined: nobody registered it. */
  readonly service: string | undefined;
}

/** What is done about the custom metrics API, and why, for people. */
export interface MetricsApiPlan {
  readonly kind: 'install' | 'leave' | 'remove';
  readonly why: string;
}

const registrationSchema = z.object({
  spec: z.object({ service: z.object({ namespace: z.string(), name: z.string() }).nullish() }),
});

/** Reads the variable METRICS_API; absent and empty mean auto. A fault when it is another word. Pure. */
export function metricsApiSwitch(env: Readonly<Record<string, string | undefined>>): MetricsApiSwitch {
  const given = env['METRICS_API'] || 'auto';
  const found = switches.find((known) => known === given);
  if (found !== undefined) return found;
  throw new ClusterFault(
    'METRICS_API',
    `"${given}" is not known`,
    `Say METRICS_API=${switches.join(', METRICS_API=')}.`,
  );
}

/** Looks at the registrations of the group. Reads only. */
export async function findOwners(kubectl: Kubectl): Promise<readonly ApiServiceOwner[]> {
  return Promise.all(
    customMetricsApiServices.map(async (apiService) => {
      const args = ['get', 'apiservice', apiService, '--ignore-not-found', '--output=json'];
      const found = await kubectl.do(`APIService ${apiService}`, args);
      return { apiService, service: found.trim() === '' ? undefined : serviceOf(found) };
    }),
  );
}

function serviceOf(json: string): string {
  const { service } = registrationSchema.parse(JSON.parse(json)).spec;
  return service ? `${service.namespace}/${service.name}` : 'the API server itself';
}

/**
 * A group has one server in a cluster, so whoever has it keeps it, unless told otherwise: METRICS_API=on takes it, and so
 * does taking over from Keptn where Keptn has it. Pure.
 */
export function planMetricsApi(
  wanted: MetricsApiSwitch,
  owners: readonly ApiServiceOwner[],
  mayTakeOver: boolean,
): MetricsApiPlan {
  if (wanted === 'off') return { kind: 'remove', why: 'the custom metrics API stays off: METRICS_API=off' };
  const others = owners.filter(isForeign);
  const taken = others.map(({ apiService, service }) => `${apiService} from ${service}`).join(', ');
  if (others.length === 0) return { kind: 'install', why: 'the custom metrics API is ours to serve' };
  if (wanted === 'on') return { kind: 'install', why: `METRICS_API=on: taking ${taken}` };
  const areKeptns = others.every(({ service }) => service?.endsWith(`/${keptnService}`));
  if (areKeptns && mayTakeOver) return { kind: 'install', why: `taking ${taken}` };
  const whose = others.map(({ apiService, service }) => `${apiService} leads to ${service}`).join(', ');
  const remedy = areKeptns ? 'TAKE_OVER=1 or METRICS_API=on' : 'METRICS_API=on';
  return {
    kind: 'leave',
    why: `the custom metrics API stays off: ${whose}, and a group has one server. ${remedy} takes it from there; see docs/custom-metrics-api.md`,
  };
}

/** True for a registration that leads to somebody else. Pure. */
function isForeign({ service }: ApiServiceOwner): boolean {
  return service !== undefined && service !== ours;
}

/** The objects without the registrations that are another's, which stay when Sluice goes. Pure. */
export function withoutForeign(
  objects: readonly RenderedObject[],
  owners: readonly ApiServiceOwner[],
): readonly RenderedObject[] {
  const foreign = new Set(owners.filter(isForeign).map(({ apiService }) => apiService));
  return objects.filter(({ kind, name }) => kind !== 'APIService' || !foreign.has(name));
}

/** Waits until the API server reaches and trusts us for each version. */
export async function waitForAggregation(kubectl: Kubectl): Promise<void> {
  await timed('waiting for the custom metrics API to answer through the API server', async () => {
    for (const apiService of customMetricsApiServices) {
      const args = ['wait', `apiservice/${apiService}`, '--for=condition=Available', '--timeout=90s'];
      await kubectl.do(`APIService ${apiService}, which does not become available`, args);
    }
  });
}
