/** Serves the custom metrics API as the product does, over TLS on 127.0.0.1. A process of its own: `metrics-api.ts` starts it. */
import { keptnMetricSchema } from '../src/api/metrics/v1/keptn-metric.ts';
import { failure } from '../src/kernel/errors.ts';
import { err, ok } from '../src/kernel/result.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { ShortMemory } from '../src/runtime/short-memory.ts';
import { listenTls } from '../src/server/https.ts';
import { createMetricsApp } from '../src/server/metrics-api/app.ts';
import { localhostCertificate } from './certificate.ts';

const metrics = 1_000;
/** How long the API server takes to say what somebody may do. */
const reviewMs = 3;

function metric(n: number) {
  return keptnMetricSchema.parse({
    metadata: { name: `metric-${n}`, namespace: `ns-${n % 10}`, labels: { team: `team-${n % 7}` } },
    spec: { provider: { name: 'prometheus' }, query: 'up', fetchIntervalSeconds: 60 },
    status: { value: String(n / 4), lastUpdated: new Date().toISOString() },
  });
}

async function serve(): Promise<void> {
  const { cert, key, ca } = await localhostCertificate();
  const all = Array.from({ length: metrics }, (_, n) => metric(n));
  const inNamespace = Map.groupBy(all, ({ metadata }) => metadata.namespace ?? '');
  const byName = new Map(all.map((one) => [`${one.metadata.namespace ?? ''}/${one.metadata.name}`, one]));
  const grants = new ShortMemory<{ allowed: boolean; reason: string }>(systemClock, {
    ageMs: 10_000,
    most: 2_000,
  });
  const review = async () => {
    await new Promise((resolve) => setTimeout(resolve, reviewMs));
    return ok({ allowed: true, reason: '' });
  };
  const app = createMetricsApp({
    frontProxy: () => undefined,
    whoHas: (token) =>
      Promise.resolve(
        token === 'bench' ? ok({ name: 'hpa', groups: [], extra: {} }) : err(failure('internal', '')),
      ),
    mayThey: (user, wish) => grants.recall(JSON.stringify([user, wish]), review),
    view: {
      get: (namespace, name) => byName.get(`${namespace}/${name}`),
      list: (namespace) => (namespace === undefined ? all : (inNamespace.get(namespace) ?? [])),
      unreadable: () => undefined,
    },
    isSynced: () => true,
    now: () => new Date(),
    reportBug: console.error,
  });
  const address = { port: 0, host: '127.0.0.1', asksClients: true };
  const listening = await listenTls(app, address, { cert, key });
  if (!listening.ok) throw new Error(listening.error.message);
  console.log(JSON.stringify({ port: listening.value.port, ca }));
}

await serve();
