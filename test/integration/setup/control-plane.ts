import type { TestProject } from 'vitest/node';
import { ensureCluster } from '../../../scripts/cluster/cluster.ts';
import { portOfCheckout } from '../../../scripts/cluster/plan.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a kubeconfig whose user may do everything. */
    kubeconfig: string;
    /** Where the API server reaches a webhook that a test serves. */
    hostAddress: string;
  }
}

/**
 * Hands the kubeconfig of a running API server to the tests: that of SLUICE_KUBECONFIG, else of a control plane that is
 * started for them and stopped after them (SLUICE_KEEP_CLUSTER=1 keeps it for the next run).
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await ensureCluster({
    type: 'control-plane',
    name: 'test',
    port: portOfCheckout(17_000, process.cwd()),
  });
  project.provide('kubeconfig', cluster.kubeconfig);
  project.provide('hostAddress', cluster.hostAddress);
  return () => cluster.stop();
}
