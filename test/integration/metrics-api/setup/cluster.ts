import { networkInterfaces } from 'node:os';
import type { TestProject } from 'vitest/node';
import { ensureCluster } from '../../../../scripts/cluster/cluster.ts';
import { portOfCheckout } from '../../../../scripts/cluster/plan.ts';
import { connectApi } from '../../lifecycle/api.ts';
import { install } from '../../lifecycle/setup/install.ts';
import { applyFolder } from '../manifests.ts';

/** Starts a cluster with hollow nodes and registers the custom metrics API as its manifests do. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const name = process.env['SLUICE_TEST_CLUSTER'] || 'metrics-api';
  const port = portOfCheckout(name === 'metrics-api' ? 18_450 : 18_700, process.cwd());
  const cluster = await ensureCluster({ type: 'kwok', name, port });
  project.provide('kubeconfig', cluster.kubeconfig);
  project.provide('hostAddress', endpointAddress());
  const api = connectApi(cluster.kubeconfig);
  await install(api);
  await applyFolder(api, 'manifests/metrics-api/rbac');
  await applyFolder(api, 'manifests/metrics-api');
  api.client.close();
  return () => cluster.stop();
}

/** The aggregator knows Services only, and an endpoint of a Service may not be 127.0.0.1. */
function endpointAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const found = addresses.find(({ family, internal }) => family === 'IPv4' && !internal);
  if (found === undefined)
    throw new Error(
      'this machine has no IPv4 address but loopback, so no API server can reach an endpoint on it',
    );
  return found.address;
}
