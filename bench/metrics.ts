import { createServer, type Server } from 'node:http';
import { timed } from '../scripts/cluster/progress.ts';
import type { KubeObject } from '../src/api/meta.ts';
import { apiPath, resources } from '../src/api/resources.ts';
import { z } from '../src/api/schema.ts';
import { rounded, type Spread, spread } from './percentile.ts';
import { freePort, type SluiceProcess, startSluice } from './sluice-process.ts';
import { applyDefinitions, make, must, newNamespace, openWorld, type World } from './world.ts';

/** How much is measured, and for how long. */
export interface MetricsLoad {
  readonly metrics: number;
  /** One of them hangs, one refuses. */
  readonly providers: number;
  readonly intervalSeconds: number;
  readonly seconds: number;
}

/** How fresh values stay while one backend hangs and one refuses, and what that costs. */
export interface MetricsFigures extends MetricsLoad {
  /** Seconds since the fetch of the value, over all healthy metrics and twice a second. */
  readonly age: Spread;
  /** Cores that the controller used. */
  readonly cores: number;
  /** MiB, the most that was seen. */
  readonly resident: number;
  /** Fetches that ended well, a second. */
  readonly fetches: number;
}

export const wholeLoad: MetricsLoad = { metrics: 1000, providers: 10, intervalSeconds: 10, seconds: 90 };

const sampleMs = 500;
const writers = 16;
/** Long enough for every metric to have been fetched more than once. */
const warmUpIntervals = 2.5;

/** Runs the real bundle against a control plane and backends of this process. */
export async function measureMetrics(load: MetricsLoad = wholeLoad): Promise<MetricsFigures> {
  const world = await openWorld();
  const started: SluiceProcess[] = [];
  const backends = await startBackends();
  try {
    await timed('applying CRDs', () => applyDefinitions(world));
    const namespace = await newNamespace(world.client, 'bench-metrics', {});
    const { kubeconfig } = world.cluster;
    const controller = await startSluice({ role: 'controller', kubeconfig, admissionPort: await freePort() });
    started.push(controller);
    await timed(`making ${load.metrics} metrics`, () => fill(world, namespace, load, backends));
    return await timed(`watching them for ${load.seconds} s`, () =>
      lookAt(world, controller, namespace, load),
    );
  } finally {
    await Promise.all(started.map((one) => one.stop()));
    for (const server of backends.servers) server.close();
    for (const server of backends.servers) server.closeAllConnections();
    await world.cluster.stop();
  }
}

interface Backends {
  readonly healthy: string;
  readonly hanging: string;
  readonly refusing: string;
  readonly servers: readonly Server[];
}

/** One that answers as Prometheus does, one that never answers, and a port that nobody listens on. */
async function startBackends(): Promise<Backends> {
  const healthy = createServer((request, response) => {
    request.resume().on('end', () => {
      const value = [Math.floor(Date.now() / 1000), String(Math.random())];
      const data = { resultType: 'vector', result: [{ metric: {}, value }] };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ status: 'success', data }));
    });
  });
  const hanging = createServer(() => undefined);
  const servers = [healthy, hanging];
  const [healthyPort, hangingPort] = await Promise.all(servers.map(listen));
  return {
    healthy: `http://127.0.0.1:${healthyPort}`,
    hanging: `http://127.0.0.1:${hangingPort}`,
    refusing: `http://127.0.0.1:${await freePort()}`,
    servers,
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

async function fill(
  { client }: World,
  namespace: string,
  { metrics, providers, intervalSeconds }: MetricsLoad,
  backends: Backends,
): Promise<void> {
  const servers = [backends.hanging, backends.refusing];
  const objects: KubeObject[] = [];
  for (let i = 0; i < providers; i += 1)
    objects.push(
      object('KeptnMetricsProvider', `p${i}`, namespace, {
        type: 'prometheus',
        targetServer: servers[i] ?? backends.healthy,
      }),
    );
  for (let i = 0; i < metrics; i += 1)
    objects.push(
      object('KeptnMetric', `m${i}`, namespace, {
        provider: { name: `p${i % providers}` },
        query: `sum(rate(http_requests_total{shop="${i}"}[5m]))`,
        fetchIntervalSeconds: intervalSeconds,
      }),
    );
  const lane = async (): Promise<void> => {
    for (let next = objects.shift(); next !== undefined; next = objects.shift()) await make(client, next);
  };
  await Promise.all(Array.from({ length: writers }, lane));
}

function object(kind: string, name: string, namespace: string, spec: object): KubeObject {
  return { apiVersion: 'metrics.keptn.sh/v1', kind, metadata: { name, namespace }, spec };
}

const seenMetric = z.object({
  metadata: z.object({ name: z.string() }),
  status: z.object({ lastUpdated: z.string().optional(), errMsg: z.string().optional() }).optional(),
});

async function lookAt(
  { client }: World,
  controller: SluiceProcess,
  namespace: string,
  load: MetricsLoad,
): Promise<MetricsFigures> {
  const { providers, intervalSeconds, seconds } = load;
  const fetchedAt = new Map<string, number>();
  const see = (raw: unknown): void => {
    const { metadata, status } = seenMetric.parse(raw);
    const isHealthy = Number(metadata.name.slice(1)) % providers > 1;
    if (isHealthy) fetchedAt.set(metadata.name, Date.parse(status?.lastUpdated ?? ''));
  };
  const path = apiPath(resources.keptnmetrics, namespace);
  const resourceVersion = must(await client.list(path, { onItem: see }));
  const ending = new AbortController();
  const watching = client.watch(path, {
    resourceVersion,
    timeoutSeconds: 3600,
    signal: ending.signal,
    onEvent: ({ type, object: raw }) => {
      if (type !== 'BOOKMARK') see(raw);
    },
  });
  await pause(warmUpIntervals * intervalSeconds * 1000);
  const before = { cpu: controller.cpuSeconds(), fetched: await fetchesOf(controller), at: Date.now() };
  const ages: number[] = [];
  let resident = 0;
  while (Date.now() - before.at < seconds * 1000) {
    await pause(sampleMs);
    const now = Date.now();
    // One that has no value yet is older than any.
    for (const at of fetchedAt.values())
      ages.push(Number.isNaN(at) ? Number.POSITIVE_INFINITY : (now - at) / 1000);
    resident = Math.max(resident, controller.residentMib());
  }
  const tookSeconds = (Date.now() - before.at) / 1000;
  const fetched = (await fetchesOf(controller)) - before.fetched;
  const cores = (controller.cpuSeconds() - before.cpu) / tookSeconds;
  ending.abort();
  await watching;
  return {
    ...load,
    age: spread(ages),
    cores: rounded(cores),
    resident,
    fetches: rounded(fetched / tookSeconds),
  };
}

async function fetchesOf(controller: SluiceProcess): Promise<number> {
  const line = /^sluice_fetches_total\{type="prometheus",result="ok"\} (\d+)$/m.exec(
    await controller.metrics(),
  );
  return Number(line?.[1] ?? 0);
}

function pause(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}
