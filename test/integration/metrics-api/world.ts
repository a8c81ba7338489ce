import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, vi } from 'vitest';
import { z } from '../../../src/api/schema.ts';
import { metricsApiServiceName } from '../../../src/server/metrics-api/paths.ts';
import { type Answer, type Api, connectApi } from '../lifecycle/api.ts';
import { type Environment, freshEnvironment, type Sluice, startSluice } from '../lifecycle/sluice.ts';
import { applyFolder, applyObject } from './manifests.ts';

const system = 'sluice-system';
const root = '/apis/custom.metrics.k8s.io';
const tokenSchema = z.object({ status: z.object({ token: z.string() }) });
const kubeconfigSchema = z.object({
  clusters: z.tuple([z.object({ name: z.string(), cluster: z.looseObject({ server: z.string() }) })]),
});

/** A KeptnMetric's status as a test writes it. */
export interface MetricStatus {
  readonly value?: string;
  readonly lastUpdated?: string;
  readonly errMsg?: string;
}

/** Sluice serving the custom metrics API with its own service account's rights, behind its Service. */
export async function serveMetricsApi(api: Api, environment: Environment = {}): Promise<Sluice> {
  const kubeconfig = await kubeconfigOf(api, system, metricsApiServiceName);
  const settings = { ...(await freshEnvironment(kubeconfig)), ...environment };
  await leadServiceTo(api, inject('hostAddress'), Number(settings['SLUICE_LISTEN_METRICS_API']));
  // Where an earlier test left them pointing elsewhere.
  await applyFolder(api, 'manifests/metrics-api');
  const sluice = await startSluice(api, { roles: ['metrics-api'], environment: settings });
  for (const version of ['v1beta1', 'v1beta2']) {
    await vi.waitFor(async () => expectOk(await api.request('GET', `${root}/${version}`)), {
      timeout: 60_000,
      interval: 200,
    });
  }
  return sluice;
}

/** The Service without pods: its endpoint is this process. */
async function leadServiceTo(api: Api, address: string, port: number): Promise<void> {
  const metadata = { name: metricsApiServiceName, namespace: system };
  const ports = [{ name: 'https', port: 443, targetPort: port, protocol: 'TCP' }];
  await applyObject(api, { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports } });
  await applyObject(api, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': metricsApiServiceName } },
    addressType: 'IPv4',
    ports: [{ name: 'https', port, protocol: 'TCP' }],
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
  });
}

/** A bearer token of a service account. */
export async function tokenOf(api: Api, namespace: string, account: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const answer = await api.request('POST', path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
  });
  return tokenSchema.parse(answer.body).status.token;
}

/** A kubeconfig by which its user is a service account. */
export async function kubeconfigOf(api: Api, namespace: string, account: string): Promise<string> {
  const { clusters } = kubeconfigSchema.parse(JSON.parse(readFileSync(inject('kubeconfig'), 'utf8')));
  const user = { name: account, user: { token: await tokenOf(api, namespace, account) } };
  const context = { name: account, context: { cluster: clusters[0].name, user: account } };
  const file = join(mkdtempSync(join(tmpdir(), 'sluice-')), 'kubeconfig');
  const config = { apiVersion: 'v1', kind: 'Config', clusters, users: [user], contexts: [context] };
  writeFileSync(file, JSON.stringify({ ...config, 'current-context': account }), { mode: 0o600 });
  return file;
}

/** A namespace of its own. */
export class Place {
  readonly namespace: string;
  readonly api: Api;

  private constructor(namespace: string, api: Api) {
    this.namespace = namespace;
    this.api = api;
  }

  static async open(prefix: string): Promise<Place> {
    const place = new Place(`${prefix}-${randomBytes(3).toString('hex')}`, connectApi(inject('kubeconfig')));
    const metadata = { name: place.namespace };
    expectOk(
      await place.api.request('POST', '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata,
      }),
    );
    return place;
  }

  async close(): Promise<void> {
    await this.api.request('DELETE', `/api/v1/namespaces/${this.namespace}`);
    this.api.client.close();
  }

  /** Creates an object of a collection such as `/apis/apps/v1/deployments`. */
  async make(collection: string, object: object): Promise<void> {
    expectOk(await this.api.request('POST', this.path(collection), object));
  }

  /** The path of a collection, or of what is below it, in this namespace. */
  path(collection: string, rest = ''): string {
    const at = collection.lastIndexOf('/');
    return `${collection.slice(0, at)}/namespaces/${this.namespace}${collection.slice(at)}${rest}`;
  }

  /** A KeptnMetric; nothing is fetched, and its status is what `measure` says. */
  async metric(
    name: string,
    status?: MetricStatus,
    labels?: Readonly<Record<string, string>>,
  ): Promise<void> {
    await this.make('/apis/metrics.keptn.sh/v1/keptnmetrics', {
      apiVersion: 'metrics.keptn.sh/v1',
      kind: 'KeptnMetric',
      metadata: { name, ...(labels && { labels }) },
      spec: { provider: { name: 'none' }, query: 'none', fetchIntervalSeconds: 600 },
    });
    if (status !== undefined) await this.measure(name, status);
  }

  async measure(name: string, given: MetricStatus): Promise<void> {
    const status = { lastUpdated: new Date().toISOString(), errMsg: '', ...given };
    const path = this.path('/apis/metrics.keptn.sh/v1/keptnmetrics', `/${name}/status`);
    expectOk(await this.api.request('PATCH', path, { status }));
  }

  /** Asks for values through the API server, as its administrator or as somebody else. */
  values(what: string, version = 'v1beta2', as: Api = this.api): Promise<Answer> {
    const path = `${root}/${version}/namespaces/${this.namespace}/keptnmetrics.metrics.keptn.sh/${what}`;
    return as.request('GET', path);
  }
}

/** Throws with the text of an answer that is no success. */
export function expectOk(answer: Answer): Answer {
  if (answer.status >= 300) throw new Error(`${answer.status}: ${answer.text}`);
  return answer;
}
