import { createServer, type Server } from 'node:http';
import { timed } from '../scripts/cluster/progress.ts';
import type { KubeObject } from '../src/api/meta.ts';
import { apiPath, resources } from '../src/api/resources.ts';
import { rounded } from './percentile.ts';
import { freePort, type SluiceProcess, startSluice } from './sluice-process.ts';
import { applyDefinitions, make, must, newNamespace, openWorld, type World } from './world.ts';

/** How many objectives one Analysis has, and how long its backend takes for each. */
export interface AnalysisLoad {
  readonly objectives: number;
  readonly answerSeconds: number;
}

/** How long an Analysis takes with a slow backend and a provider object that says nothing of concurrency. */
export interface AnalysisFigures extends AnalysisLoad {
  /** Seconds from creating the Analysis to seeing it Completed. */
  readonly took: number;
  /** The most queries that were on their way at once. */
  readonly atOnce: number;
  readonly passed: boolean;
}

export const slowBackend: AnalysisLoad = { objectives: 20, answerSeconds: 10 };

const giveUpMs = 120_000;

/** Runs the real bundle against a control plane and a backend of this process. */
export async function measureAnalysis(load: AnalysisLoad = slowBackend): Promise<AnalysisFigures> {
  const world = await openWorld();
  const backend = slowServer(load.answerSeconds * 1000);
  const started: SluiceProcess[] = [];
  try {
    await timed('applying CRDs', () => applyDefinitions(world));
    const namespace = await newNamespace(world.client, 'bench-analysis', {});
    await fill(world, namespace, load, await listening(backend.server));
    const { kubeconfig } = world.cluster;
    started.push(await startSluice({ role: 'controller', kubeconfig, admissionPort: await freePort() }));
    const { took, passed } = await timed(
      `an Analysis of ${load.objectives} objectives that take ${load.answerSeconds} s each`,
      () => runOnce(world, namespace),
    );
    return { ...load, took, passed, atOnce: backend.atOnce() };
  } finally {
    await Promise.all(started.map((one) => one.stop()));
    backend.server.close();
    backend.server.closeAllConnections();
    world.client.close();
    await world.cluster.stop();
  }
}

function slowServer(answerMs: number): { readonly server: Server; readonly atOnce: () => number } {
  let running = 0;
  let most = 0;
  const data = { resultType: 'vector', result: [{ metric: {}, value: [0, '1'] }] };
  const server = createServer((request, response) => {
    running += 1;
    most = Math.max(most, running);
    request.resume();
    setTimeout(() => {
      running -= 1;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ status: 'success', data }));
    }, answerMs);
  });
  return { server, atOnce: () => most };
}

async function listening(server: Server): Promise<string> {
  const port = await freePort();
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${port}`;
}

async function fill(
  { client }: World,
  namespace: string,
  { objectives }: AnalysisLoad,
  targetServer: string,
): Promise<void> {
  const names = Array.from({ length: objectives }, (_, i) => `objective-${i}`);
  const provider = { type: 'prometheus', targetServer };
  await make(client, object('KeptnMetricsProvider', 'prometheus', namespace, provider));
  for (const name of names) {
    const query = `${name.replaceAll('-', '_')}{service="{{.service}}"}`;
    await make(
      client,
      object('AnalysisValueTemplate', name, namespace, { provider: { name: 'prometheus' }, query }),
    );
  }
  const spec = {
    objectives: names.map((name) => ({
      analysisValueTemplateRef: { name },
      target: { failure: { greaterThan: { fixedValue: 10 } } },
    })),
    totalScore: { passPercentage: 90, warningPercentage: 75 },
  };
  await make(client, object('AnalysisDefinition', 'quality', namespace, spec));
}

async function runOnce(
  { client }: World,
  namespace: string,
): Promise<Pick<AnalysisFigures, 'took' | 'passed'>> {
  const spec = {
    timeframe: { recent: '5m' },
    args: { service: 'cart' },
    analysisDefinition: { name: 'quality' },
  };
  const beganMs = performance.now();
  await make(client, object('Analysis', 'run', namespace, spec));
  while (performance.now() - beganMs < giveUpMs) {
    const found = resources.analyses.parse(
      must(await client.get(apiPath(resources.analyses, namespace, 'run'))),
    );
    const { state, pass = false } = must(found).status ?? {};
    if (state === 'Completed') {
      return { took: rounded((performance.now() - beganMs) / 1000), passed: pass };
    }
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error(`the Analysis was not Completed within ${giveUpMs} ms`);
}

function object(kind: string, name: string, namespace: string, spec: object): KubeObject {
  return { apiVersion: 'metrics.keptn.sh/v1', kind, metadata: { name, namespace }, spec };
}
