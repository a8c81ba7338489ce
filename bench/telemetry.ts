import { createServer, type Server } from 'node:http';
import { timed } from '../scripts/cluster/progress.ts';
import { liftAtPace, liftInFlight, type PacedLift } from './gate-lift.ts';
import { rounded } from './percentile.ts';
import { freePort, type SluiceProcess, startSluice } from './sluice-process.ts';
import { openWorld, prepare, systemNamespace, type World, waitForTrust } from './world.ts';

/** What telling others about releases costs the controller. */
export interface TelemetryFigures {
  readonly perMinute: number;
  /**
   * Milliseconds of processor time a release: with nobody to tell, with a collector, and with a receiver of CDEvents beside
   * it. Each was measured four times, in an order in which a drift of the machine or of the process falls on all.
   */
  readonly cpu: Readonly<Record<Audience, number>>;
  /** Minutes that collector and receiver hang, and what memory grew by meanwhile, MiB. */
  readonly hangMinutes: number;
  readonly growth: number;
  /** What a lift takes longer while they hang, in percent of the whole release, by the medians. */
  readonly delayPercent: number;
  readonly off: PacedLift;
  readonly hang: PacedLift;
  /** Requests that arrived where somebody answers. */
  readonly told: { readonly spans: number; readonly events: number };
}

/** Who is told. */
type Audience = 'nobody' | 'collector' | 'both';

const perMinute = 50;
const kept = 50;
const warmUp = 200;
/** With them the modules are loaded and compiled that only telling needs; that is the price of a start, not of a release. */
const toldWarmUp = 50;
const settleMs = 20_000;

/** Minutes of each phase. */
export interface TelemetryLoad {
  readonly compareMinutes: number;
  readonly hangMinutes: number;
}

export const wholeTelemetry: TelemetryLoad = { compareMinutes: 1, hangMinutes: 10 };

/** Runs the real bundle with nobody to tell, then with receivers that answer, then with ones that hang. */
export async function measureTelemetry(load: TelemetryLoad = wholeTelemetry): Promise<TelemetryFigures> {
  const world = await openWorld();
  const started: SluiceProcess[] = [];
  const receivers = await startReceivers();
  try {
    const admissionPort = await freePort();
    await prepare(world, `https://127.0.0.1:${admissionPort}`);
    const { kubeconfig } = world.cluster;
    for (const role of ['controller', 'webhook'] as const)
      started.push(await startSluice({ role, kubeconfig, admissionPort }));
    await waitForTrust(world);
    const [controller] = started;
    if (controller === undefined) throw new Error('the controller was started');
    return await measure(world, controller, receivers, load);
  } finally {
    for (const process of started) await process.stop();
    for (const server of receivers.servers) {
      server.closeAllConnections();
      server.close();
    }
    world.client.close();
    await world.cluster.stop();
  }
}

/** What was measured while releases went by. */
interface Phase {
  readonly paced: PacedLift;
  /** Milliseconds of the controller's processor a release. */
  readonly cpu: number;
  /** MiB. */
  readonly growth: number;
}

async function measure(
  world: World,
  controller: SluiceProcess,
  receivers: Receivers,
  { compareMinutes, hangMinutes }: TelemetryLoad,
): Promise<TelemetryFigures> {
  const { client } = world;
  const phase = async (title: string, minutes: number): Promise<Phase> => {
    const before = { cpu: controller.cpuSeconds(), resident: controller.residentMib() };
    const paced = await timed(`${perMinute} releases a minute for ${minutes} min, ${title}`, () =>
      liftAtPace(client, { perMinute, seconds: minutes * 60, kept }),
    );
    await new Promise((wake) => setTimeout(wake, settleMs));
    const cpu = ((controller.cpuSeconds() - before.cpu) * 1000) / paced.whole.samples;
    return { paced, cpu, growth: controller.residentMib() - before.resident };
  };
  await timed(`${warmUp} releases to warm up`, () => liftInFlight(client, warmUp, 5));
  await tell(world, receivers.answering, 'both');
  await timed(`${toldWarmUp} that are told of`, () => liftInFlight(client, toldWarmUp, 5));
  const compared: Record<Audience, Phase[]> = { nobody: [], collector: [], both: [] };
  for (const audience of [...compareOrder, ...compareOrder]) {
    await (audience === 'nobody' ? tellNobody(world) : tell(world, receivers.answering, audience));
    // Everything looks once at settings that changed, and that is not the price of a release.
    await new Promise((wake) => setTimeout(wake, settleMs));
    compared[audience].push(await phase(titles[audience], compareMinutes));
  }
  await tell(world, receivers.hanging, 'both');
  const hang = await phase('a collector and a receiver that hang', hangMinutes);
  const before = compared.nobody.at(-1)?.paced;
  if (before === undefined) throw new Error('nothing was measured');
  const cpu = {
    nobody: meanCpu(compared.nobody),
    collector: meanCpu(compared.collector),
    both: meanCpu(compared.both),
  };
  return { perMinute, hangMinutes, cpu, ...delayOf(before, hang), told: receivers.told };
}

/** A steady drift falls on all alike in this order. Done twice: equal phases differ by some percent. */
const compareOrder = ['nobody', 'collector', 'both', 'both', 'collector', 'nobody'] as const;

const titles: Readonly<Record<Audience, string>> = {
  nobody: 'nobody to tell',
  collector: 'a collector that answers',
  both: 'a collector and a receiver of CDEvents that answer',
};

function meanCpu(phases: readonly Phase[]): number {
  return rounded(phases.reduce((sum, { cpu }) => sum + cpu, 0) / phases.length);
}

/** Held against the phase just before. */
function delayOf(
  before: PacedLift,
  hang: Phase,
): Pick<TelemetryFigures, 'growth' | 'delayPercent' | 'off' | 'hang'> {
  const delayMs = hang.paced.lift.p50 - before.lift.p50;
  return {
    growth: rounded(hang.growth),
    delayPercent: rounded((delayMs / before.whole.p50) * 100),
    off: before,
    hang: hang.paced,
  };
}

interface Receivers {
  readonly answering: string;
  readonly hanging: string;
  readonly told: { spans: number; events: number };
  readonly servers: readonly Server[];
}

/** One server that takes what it is told and counts it, and one that takes it and never answers. */
async function startReceivers(): Promise<Receivers> {
  const told = { spans: 0, events: 0 };
  const answering = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.url?.endsWith('/v1/traces')) told.spans += 1;
      else told.events += 1;
      response.end();
    });
  });
  const hanging = createServer(() => undefined);
  const servers = [answering, hanging];
  const [answers, hangs] = await Promise.all(servers.map(listen));
  return { answering: `http://127.0.0.1:${answers}`, hanging: `http://127.0.0.1:${hangs}`, told, servers };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

/** Names a collector, and with `both` a receiver of CDEvents, in the KeptnConfig. */
async function tell({ kubectl }: World, url: string, audience: 'collector' | 'both'): Promise<void> {
  const receiver = { name: 'bench', url: `${url}/events`, format: 'cdevents' };
  const config = {
    apiVersion: 'options.keptn.sh/v1alpha1',
    kind: 'KeptnConfig',
    metadata: { name: 'sluice', namespace: systemNamespace },
    spec: {
      tracing: { endpoint: url, protocol: 'http' },
      eventReceivers: audience === 'both' ? [receiver] : [],
    },
  };
  await kubectl.do('the KeptnConfig', ['apply', '--server-side', '-f', '-'], JSON.stringify(config));
}

/** Takes the KeptnConfig away, if there is one. */
async function tellNobody({ kubectl }: World): Promise<void> {
  const args = ['delete', '--ignore-not-found', 'keptnconfig', 'sluice', '-n', systemNamespace];
  await kubectl.do('no KeptnConfig', args);
}
