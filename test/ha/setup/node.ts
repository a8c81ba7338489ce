import type { TestProject } from 'vitest/node';
import { installedNode } from '../../e2e/setup/installed-node.ts';
import { clearFigures, printFigures } from '../figures.ts';

/** A real node with Sluice, without its custom metrics API: two cores run the load too. Ends with the table of figures. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const name = process.env['SLUICE_TEST_CLUSTER'] ?? 'ha';
  const cluster = await installedNode({ name, basePort: 18_950, variables: { METRICS_API: 'off' } });
  project.provide('kubeconfig', cluster.kubeconfig);
  // Of the control plane that one file starts for itself.
  project.provide('hostAddress', '127.0.0.1');
  clearFigures();
  return async () => {
    printFigures();
    await cluster.stop();
  };
}
