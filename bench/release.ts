import { timed } from '../scripts/cluster/progress.ts';
import { apiRequests } from './api-requests.ts';
import { type GateLift, liftInFlight, liftOneByOne } from './gate-lift.ts';
import { measureNoChecks, type NoChecks } from './no-checks.ts';
import { measureOneApp, type OneApp } from './one-app.ts';
import { rounded } from './percentile.ts';
import { measureRestart, type Restart } from './restart.ts';
import { freePort, type SluiceProcess, startSluice } from './sluice-process.ts';
import {
  durationBetween,
  readHistogram,
  type WebhookDuration,
  type WebhookHistogram,
} from './webhook-histogram.ts';
import { openWorld, prepare, type World, waitForTrust } from './world.ts';

const releases = 200;
const inFlightAtOnce = 5;
/** Workloads of the one large app. */
const members = 200;
/** Workloads with ten finished versions each, of the app and of the workload: 5,000 versions, 10,000 tasks. */
const histories = 250;
/** Long enough for what a start leaves to be collected. */
const idleMs = 20_000;

interface ByRole {
  readonly controller: number;
  readonly webhook: number;
}

/** What was measured of releases on a real control plane. */
export interface Release {
  readonly oneByOne: GateLift;
  readonly inFlight: GateLift;
  /** MiB. */
  readonly resident: { readonly idle: ByRole; readonly after: ByRole };
  /** Seconds from spawn to ready. */
  readonly start: ByRole;
  readonly apiServer: WebhookDuration;
  readonly oneApp: OneApp;
  /** Requests of both roles for each workload of that app, watches and lists left out. */
  readonly requestsPerWorkload: number;
  readonly restart: Restart;
}

/** Runs the real bundle against a control plane with hollow nodes: 200 releases in each of three ways, then starts. */
export async function measureRelease(): Promise<Release> {
  const measured = await measureReleases();
  return { ...measured, restart: await measureHistory() };
}

/** In a cluster of its own: what is measured is the history, and nothing that went before. */
async function measureHistory(): Promise<Restart> {
  const world = await openWorld();
  try {
    // Nobody answers there, and nothing that is made here asks.
    await prepare(world, 'https://127.0.0.1:9');
    return await timed(`${histories * 20} finished versions, then a start`, () =>
      measureRestart(world, histories),
    );
  } finally {
    world.client.close();
    await world.cluster.stop();
  }
}

const measureReleases = (): Promise<Omit<Release, 'restart'>> => withSluice(measure);

/** In a cluster of its own too: what other releases left would be work for Kubernetes meanwhile. */
export function measureFree(): Promise<NoChecks> {
  return withSluice(({ client }) =>
    timed(`${releases} releases without checks`, () => measureNoChecks(client, releases)),
  );
}

interface Processes {
  readonly controller: SluiceProcess;
  readonly webhook: SluiceProcess;
}

async function withSluice<T>(run: (world: World, processes: Processes) => Promise<T>): Promise<T> {
  const world = await openWorld();
  const { kubeconfig } = world.cluster;
  const admissionPort = await freePort();
  const started: SluiceProcess[] = [];
  const start = async (role: 'controller' | 'webhook'): Promise<SluiceProcess> => {
    const process = await startSluice({ role, kubeconfig, admissionPort });
    started.push(process);
    return process;
  };
  try {
    await timed('applying CRDs and the registration', () =>
      prepare(world, `https://127.0.0.1:${admissionPort}`),
    );
    const controller = await start('controller');
    const webhook = await start('webhook');
    await waitForTrust(world);
    return await run(world, { controller, webhook });
  } finally {
    for (const process of started) await process.stop();
    world.client.close();
    await world.cluster.stop();
  }
}

async function measure(world: World, { controller, webhook }: Processes): Promise<Omit<Release, 'restart'>> {
  const resident = (): ByRole => ({
    controller: controller.residentMib(),
    webhook: webhook.residentMib(),
  });
  const idle = await timed(`idle for ${idleMs / 1000} s`, () => after(idleMs, resident));
  const before = await webhookHistogram(world);
  const oneByOne = await timed(`${releases} releases that wait, lifted one at a time`, () =>
    liftOneByOne(world.client, releases),
  );
  const apiServer = durationBetween(before, await webhookHistogram(world));
  const inFlight = await timed(`${releases} releases, ${inFlightAtOnce} in flight`, () =>
    liftInFlight(world.client, releases, inFlightAtOnce),
  );
  const settled = await timed(`idle for ${idleMs / 1000} s`, () => after(idleMs, resident));
  const requests = async (): Promise<number> =>
    (await apiRequests(controller)) + (await apiRequests(webhook));
  const requestsBefore = await requests();
  const oneApp = await timed(`one app of ${members} workloads`, () => measureOneApp(world.client, members));
  // The rollouts end a moment after the gates are lifted.
  const requestsAfter = await after(idleMs, requests);
  return {
    oneByOne,
    inFlight,
    oneApp,
    requestsPerWorkload: rounded((requestsAfter - requestsBefore) / members),
    resident: { idle, after: settled },
    start: {
      controller: rounded(controller.readyAfterMs / 1000),
      webhook: rounded(webhook.readyAfterMs / 1000),
    },
    apiServer,
  };
}

async function webhookHistogram({ kubectl }: World): Promise<WebhookHistogram> {
  const metrics = await kubectl.do('the metrics of the API server', ['get', '--raw', '/metrics']);
  return readHistogram(metrics, 'pods.sluice.keptn.sh');
}

function after<T>(ms: number, read: () => T): Promise<T> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(read()), ms);
  });
}
