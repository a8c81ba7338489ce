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
   * Milliseconds of processor time a release, with nobody to tell and with a collector and a receiver of CDEvents that answer:
   * each measured twice, in an order in which a drift of the machine or of the process falls on both.
   */
  readonly cpuOff: number;
  readonly cpuOn: number;
  /** What of it telling takes, in percent. */
  readonly costPercent: number;
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
  await tell(world, receivers.answering);
  await timed(`${toldWarmUp} that are told of`, () => liftInFlight(client, toldWarmUp, 5));
  const compared = async (isTold: boolean): Promise<Phase> => {
    await (isTold ? tell(world, receivers.answering) : tellNobody(world));
    // Everything looks once at settings that changed, and that is not the price of a release.
    await new Promise((wake) => setTimeout(wake, settleMs));
    return phase(isTold ? 'a collector and a receiver that answer' : 'nobody to tell', compareMinutes);
  };
  // In this order a steady drift falls on both alike.
  const before = await compared(false);
  const on = [await compared(true), await compared(true)];
  const off = [before, await compared(false)];
  await tell(world, receivers.hanging);
  const hang = await phase('a collector and a receiver that hang', hangMinutes);
  return { perMinute, hangMinutes, ...costOf(off, on), ...delayOf(off, hang), told: receivers.told };
}

function costOf(
  off: readonly Phase[],
  on: readonly Phase[],
): Pick<TelemetryFigures, 'cpuOff' | 'cpuOn' | 'costPercent'> {
  const mean = (phases: readonly Phase[]): number =>
    phases.reduce((sum, { cpu }) => sum + cpu, 0) / phases.length;
  const [cpuOff, cpuOn] = [mean(off), mean(on)];
  return { cpuOff: rounded(cpuOff), cpuOn: rounded(cpuOn), costPercent: rounded((cpuOn / cpuOff - 1) * 100) };
}

/** Held against the phase just before. */
function delayOf(
  off: readonly Phase[],
  hang: Phase,
): Pick<TelemetryFigures, 'growth' | 'delayPercent' | 'off' | 'hang'> {
  const before = off.at(-1)?.paced;
  if (before === undefined) throw new Error('nothing was measured');
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

/** Names a collector and a receiver of CDEvents in the KeptnConfig. */
async function tell({ kubectl }: World, url: string): Promise<void> {
  const config = {
    apiVersion: 'options.keptn.sh/v1alpha1',
    kind: 'KeptnConfig',
    metadata: { name: 'sluice', namespace: systemNamespace },
    spec: {
      tracing: { endpoint: url, protocol: 'http' },
      eventReceivers: [{ name: 'bench', url: `${url}/events`, format: 'cdevents' }],
    },
  };
  await kubectl.do('the KeptnConfig', ['apply', '--server-side', '-f', '-'], JSON.stringify(config));
}

/** Takes the KeptnConfig away. */
async function tellNobody({ kubectl }: World): Promise<void> {
  await kubectl.do('no KeptnConfig', ['delete', 'keptnconfig', 'sluice', '-n', systemNamespace]);
}
