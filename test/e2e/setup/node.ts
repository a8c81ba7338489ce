import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureCluster } from '../../../scripts/cluster/cluster.ts';
import { portOfCheckout } from '../../../scripts/cluster/plan.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a kubeconfig whose user may do everything. */
    kubeconfig: string;
    /** Where pods reach a server of the test. */
    hostAddress: string;
  }
}

const repository = join(import.meta.dirname, '../../..');

/** Brings up a real node, installs Sluice there as a user would, and takes the node down again. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await ensureCluster({
    type: 'node',
    name: 'e2e',
    port: portOfCheckout(17_300, process.cwd()),
  });
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfig };
  const { status } = spawnSync('make', ['install'], { cwd: repository, env, stdio: 'inherit' });
  if (status !== 0) {
    await cluster.stop();
    throw new Error('make install failed; what it printed is above');
  }
  project.provide('kubeconfig', cluster.kubeconfig);
  project.provide('hostAddress', cluster.hostAddress);
  return () => cluster.stop();
}
