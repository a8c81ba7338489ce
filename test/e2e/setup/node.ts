import type { TestProject } from 'vitest/node';
import { installedNode } from './installed-node.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a kubeconfig whose user may do everything. */
    kubeconfig: string;
    /** Where pods reach a server of the test. */
    hostAddress: string;
  }
}

/** Brings up a real node, installs Sluice there as a user would, and takes the node down again. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await installedNode({ name: 'e2e', basePort: 17_300 });
  project.provide('kubeconfig', cluster.kubeconfig);
  project.provide('hostAddress', cluster.hostAddress);
  return () => cluster.stop();
}
