import { annotations, optInValue, prechecksGate } from '../../src/api/constants.ts';
import { z } from '../../src/api/schema.ts';
import type { Api } from '../integration/lifecycle/api.ts';
import { type Load, type LoadReport, startLoad } from './open-loop.ts';

/** Creates pods as a ReplicaSet would; every answer is looked at. */
export interface PodLoad {
  readonly start: (perSecond: number, gate?: 'gated' | 'plain') => Load;
  readonly close: () => Promise<void>;
}

const podSchema = z.object({
  spec: z.object({ schedulingGates: z.array(z.object({ name: z.string() })).default([]) }),
});
const statusSchema = z.object({ message: z.string() });
const replicaSetsSchema = z.object({
  items: z.array(z.object({ metadata: z.object({ name: z.string(), uid: z.string() }) })),
});
/** Every so many-th pod is really made. It names a check that does not exist, so that it stays with its gate. */
const everyReal = 100;
const marks = {
  [annotations.workload]: 'load',
  [annotations.version]: '1',
  [annotations.preTasks]: 'does-not-exist',
};

/** Makes an opted-in namespace with a Deployment of no pods, in whose ReplicaSet's name the load creates them. */
export async function openPodLoad(api: Api, prefix: string): Promise<PodLoad> {
  const namespace = `${prefix}-${Date.now().toString(36)}`;
  const path = `/api/v1/namespaces/${namespace}`;
  await must(api, '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { [annotations.optIn]: optInValue } },
  });
  const template = {
    metadata: { labels: { app: 'load' }, annotations: marks },
    spec: {
      containers: [{ name: 'main', image: 'registry.example/load:1' }],
      nodeSelector: { 'kubernetes.io/hostname': 'nowhere' },
    },
  };
  await must(api, `/apis/apps/v1/namespaces/${namespace}/deployments`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'load' },
    spec: { replicas: 0, selector: { matchLabels: { app: 'load' } }, template },
  });
  const owner = await replicaSet(api, namespace);
  const pod = { apiVersion: 'v1', kind: 'Pod', ...template };
  const owned = {
    ...pod,
    metadata: {
      ...template.metadata,
      generateName: `${owner.name}-`,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', controller: true, ...owner }],
    },
  };
  const alone = { ...pod, metadata: { ...template.metadata, generateName: 'real-' } };
  return {
    start: (perSecond, gate = 'gated') =>
      startLoad(perSecond, async (i) => {
        const isReal = gate === 'gated' && i % everyReal === 0;
        const at = isReal ? `${path}/pods` : `${path}/pods?dryRun=All`;
        const { status, body, text } = await api.request('POST', at, isReal ? alone : owned);
        return status === 201 ? wrongGate(body, gate) : `${status} ${reasonOf(body) ?? text}`;
      }),
    close: async () => {
      await api.request('DELETE', path);
    },
  };
}

/** Loads while something is done, and a while before and after. */
export async function during(
  load: PodLoad,
  perSecond: number,
  act: () => Promise<void>,
): Promise<LoadReport> {
  const running = load.start(perSecond);
  await seconds(3);
  try {
    await act();
    await seconds(4);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running.stop();
}

/** How long a load lasts is its nature. */
export function seconds(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 1000));
}

function wrongGate(body: unknown, gate: 'gated' | 'plain'): string | undefined {
  const gates = podSchema.parse(body).spec.schedulingGates.map(({ name }) => name);
  const isGated = gates.includes(prechecksGate);
  return isGated === (gate === 'gated') ? undefined : `a pod has the gates [${gates.join(', ')}]`;
}

/** A refusal's words begin with whom was asked and end with what went wrong: the end is kept. */
function reasonOf(body: unknown): string | undefined {
  return statusSchema.safeParse(body).data?.message.slice(-150);
}

async function must(api: Api, path: string, object: object): Promise<void> {
  const { status, text } = await api.request('POST', path, object);
  if (status >= 300) throw new Error(text);
}

async function replicaSet(api: Api, namespace: string): Promise<{ name: string; uid: string }> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await seconds(0.1)) {
    const { body } = await api.request('GET', `/apis/apps/v1/namespaces/${namespace}/replicasets`);
    const [found] = replicaSetsSchema.parse(body).items;
    if (found !== undefined) return { name: found.metadata.name, uid: found.metadata.uid };
  }
  throw new Error(`no ReplicaSet in ${namespace} within 20 s`);
}
