import type { TestProject } from 'vitest/node';
import { Helm } from '../../../../scripts/chart/helm.ts';
import { ensureCluster } from '../../../../scripts/cluster/cluster.ts';
import { portOfCheckout } from '../../../../scripts/cluster/plan.ts';
import { provideImages } from '../../../../scripts/install/images.ts';
import { Kubectl } from '../../../../scripts/install/kubectl.ts';
import { localImages } from '../../../../scripts/install/overlay.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a kubeconfig of a node with our images, where nothing is installed. */
    chartKubeconfig: string;
    /** Its name and port, by which make knows it. */
    chartCluster: string;
    chartPort: number;
  }
}

/** Brings up a real node with our images, and takes it down again. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const name = process.env['SLUICE_TEST_CLUSTER'] ?? 'chart';
  const port = portOfCheckout(18_950, process.cwd());
  const cluster = await ensureCluster({ type: 'node', name, port });
  try {
    await Helm.built();
    await provideImages(await Kubectl.on(cluster.kubeconfig), cluster.kubeconfig, localImages);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  project.provide('chartKubeconfig', cluster.kubeconfig);
  project.provide('chartCluster', name);
  project.provide('chartPort', port);
  return () => cluster.stop();
}
