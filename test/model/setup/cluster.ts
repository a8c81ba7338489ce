import type { TestProject } from 'vitest/node';
import { ensureCluster } from '../../../scripts/cluster/cluster.ts';
import { portOfCheckout } from '../../../scripts/cluster/plan.ts';
import { z } from '../../../src/api/schema.ts';
import { type Api, connectApi } from '../../integration/lifecycle/api.ts';
import { install } from '../../integration/lifecycle/setup/install.ts';
import { daemonLabel, noTasks } from '../manifests.ts';

const nodesSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
    }),
  ),
});

/** Starts a cluster with hollow nodes, installs what Sluice needs, and keeps the pods of tasks off the nodes. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await ensureCluster({
    type: 'kwok',
    name: 'model',
    port: portOfCheckout(18_200, process.cwd()),
  });
  project.provide('kubeconfig', cluster.kubeconfig);
  project.provide('hostAddress', cluster.hostAddress);
  const api = connectApi(cluster.kubeconfig);
  await install(api);
  await reserveNodes(api);
  api.client.close();
  return () => cluster.stop();
}

/**
 * kwok would end every pod of a Job well. Its nodes refuse them, so they wait unscheduled, and a test says how each
 * ends. Two nodes are for DaemonSets.
 */
async function reserveNodes(api: Api): Promise<void> {
  const { items } = nodesSchema.parse((await api.request('GET', '/api/v1/nodes')).body);
  const hollow = items.filter(({ metadata }) => metadata.labels['type'] === 'kwok');
  if (hollow.length < 2) throw new Error('the cluster has fewer than two nodes with the label type=kwok');
  for (const { metadata } of items) {
    const at = hollow.findIndex((node) => node.metadata.name === metadata.name);
    const labels = at >= 0 && at < 2 ? daemonLabel : {};
    const spec = at < 0 ? { unschedulable: true } : { taints: [{ ...noTasks, effect: 'NoSchedule' }] };
    const answer = await api.request('PATCH', `/api/v1/nodes/${metadata.name}`, {
      metadata: { labels },
      spec,
    });
    if (answer.status >= 300) throw new Error(answer.text);
  }
}
