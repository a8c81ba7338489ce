import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { z } from '../src/api/schema.ts';
import { startPinned } from './admission.ts';
import { atRate, type Load } from './admission-load.ts';

const phaseMs = 10_000;
const rounds = 3;
const hello = z.object({ port: z.number(), ca: z.string() });
const root = '/apis/custom.metrics.k8s.io/v1beta2/namespaces';
/** How many of the metrics autoscalers ask for. */
const asked = 100;

/** What was measured; of three rounds the calmest counts, since neighbours on the machine only ever add. */
export interface MetricsApiLoad {
  readonly isPinned: boolean;
  /** The same server answering a constant. */
  readonly floor: Load;
  readonly byName: Load;
  /** All metrics of a namespace that a selector matches: 14 or 15 of 100. */
  readonly byLabel: Load;
}

/** Measures the custom metrics API over real TLS on loopback; its server is a process of its own, on one core. */
export async function measureMetricsApi(): Promise<MetricsApiLoad> {
  const { isPinned, child, line } = await startPinned(join(import.meta.dirname, 'metrics-api-server.ts'));
  const agent = new Agent({ keepAlive: true, maxSockets: 10 });
  const { port, ca } = hello.parse(JSON.parse(line));
  const get = (path: string): Promise<number | undefined> => ask({ port, ca, agent, path });
  const name = (i: number): string => `metric-${i % asked}`;
  const loads = {
    floor: () => get('/healthz'),
    byName: (i: number) =>
      get(`${root}/ns-${(i % asked) % 10}/keptnmetrics.metrics.keptn.sh/${name(i)}/${name(i)}`),
    byLabel: (i: number) =>
      get(`${root}/ns-${i % 10}/keptnmetrics.metrics.keptn.sh/*/*?labelSelector=team%3Dteam-${i % 7}`),
  };
  try {
    await atRate(loads.byName, 2_000);
    const measured = { floor: [] as Load[], byName: [] as Load[], byLabel: [] as Load[] };
    for (let round = 0; round < rounds; round++) {
      measured.floor.push(await atRate(loads.floor, phaseMs));
      measured.byName.push(await atRate(loads.byName, phaseMs));
      measured.byLabel.push(await atRate(loads.byLabel, phaseMs));
    }
    const { floor, byName, byLabel } = measured;
    return { isPinned, floor: calmest(floor), byName: calmest(byName), byLabel: calmest(byLabel) };
  } finally {
    agent.destroy();
    child.kill();
  }
}

function calmest(loads: readonly Load[]): Load {
  return loads.reduce((best, load) => (load.p99 < best.p99 ? load : best));
}

interface Question {
  readonly port: number;
  readonly ca: string;
  readonly agent: Agent;
  readonly path: string;
}

/** One request; resolves to its latency in ms, undefined when it was not answered with 200. */
function ask(question: Question): Promise<number | undefined> {
  const begin = performance.now();
  const headers = { authorization: 'Bearer bench' };
  return new Promise((resolve) => {
    const sent = request({ ...question, host: '127.0.0.1', servername: 'localhost', headers }, (response) => {
      response.resume();
      response.on('end', () => {
        resolve(response.statusCode === 200 ? performance.now() - begin : undefined);
      });
    });
    sent.on('error', () => {
      resolve(undefined);
    });
    sent.end();
  });
}
