import { readdirSync } from 'node:fs';
import path from 'node:path';
import { answersOk, askApi } from './api.ts';
import { ClusterFault } from './fault.ts';
import { isNodeReady } from './node-ready.ts';
import type { ClusterPlan } from './plan.ts';
import type { ProcessTable } from './process-table.ts';
import { until } from './progress.ts';

const marker = 'kwok.x-k8s.io/node';

/** The hollow node of that number: room for 500 pods, and a mark by which kwok knows it. Pure. */
export function hollowNode(index: number): object {
  const room = { cpu: '64', memory: '256Gi', pods: '500' };
  const name = hollowNodeName(index);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: { [marker]: 'fake' },
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        type: 'kwok',
      },
    },
    status: { allocatable: room, capacity: room },
  };
}

function hollowNodeName(index: number): string {
  return `kwok-${index}`;
}

/** Starts kwok against the cluster, makes `count` hollow nodes and waits until the last is ready. */
export async function startKwok(
  plan: ClusterPlan,
  kwokDir: string,
  count: number,
  table: ProcessTable,
): Promise<void> {
  await ensureNodes(plan, count);
  const stages = readdirSync(kwokDir).filter((file) => file.endsWith('.yaml'));
  table.start({
    name: 'kwok',
    program: path.join(kwokDir, 'kwok'),
    args: [
      ...stages.map((file) => `--config=${path.join(kwokDir, file)}`),
      `--kubeconfig=${plan.kubeconfig}`,
      '--v=WARN',
      `--manage-nodes-with-annotation-selector=${marker}=fake`,
      // Without leases the control plane gives each node up after 50 s, and its pods are no longer ready.
      '--node-lease-duration-seconds=40',
    ],
    // It reads settings and writes state under the home folder otherwise.
    env: { KWOK_WORKDIR: path.join(plan.dir, 'run') },
  });
  const last = `/api/v1/nodes/${hollowNodeName(count - 1)}`;
  const isReady = async (): Promise<boolean> => {
    const answer = await askApi(plan, last);
    return answer?.status === 200 && isNodeReady(answer.body, new Date(0));
  };
  const settled = await until(async () => !table.isRunning('kwok') || (await isReady()), 60_000);
  if (!table.isRunning('kwok')) throw table.deathOf('kwok');
  if (!settled) {
    throw new ClusterFault(
      `node ${hollowNodeName(count - 1)}`,
      'it did not become ready within 60 s',
      `Read ${table.logFile('kwok')}.`,
    );
  }
}

/** Creates the hollow nodes that are missing. */
export async function ensureNodes(plan: ClusterPlan, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    if (await answersOk(plan, `/api/v1/nodes/${hollowNodeName(index)}`)) continue;
    const made = await askApi(plan, '/api/v1/nodes', hollowNode(index));
    if (made?.status !== 201) {
      throw new ClusterFault(
        `node ${hollowNodeName(index)}`,
        `the API server answered ${made?.status ?? 'nothing'} to its creation`,
        'Run cluster-down and cluster-up.',
      );
    }
  }
}
