import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureComponent } from '../../../scripts/cluster/binaries.ts';
import { ensureCluster } from '../../../scripts/cluster/cluster.ts';
import { portOfCheckout } from '../../../scripts/cluster/plan.ts';
import { findCluster } from '../../../scripts/cluster/source.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a kubeconfig whose user may do everything. */
    kubeconfig: string;
    /** Where the API server reaches a webhook that a test serves. */
    hostAddress: string;
    /** The program kubectl: a path, or its name where the PATH must have it. */
    kubectl: string;
  }
}

const ports: Readonly<Record<string, number>> = { test: 17_000, 'test-1': 16_700 };

/**
 * Hands the kubeconfig of a running API server to the tests: that of SLUICE_KUBECONFIG, else of a control plane that is
 * started for them and stopped after them (SLUICE_KEEP_CLUSTER=1 keeps it for the next run).
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Suites that run side by side name theirs.
  const name = process.env['SLUICE_TEST_CLUSTER'] || 'test';
  const port = portOfCheckout(ports[name] ?? 17_250, process.cwd());
  const cluster = await ensureCluster({ type: 'control-plane', name, port });
  project.provide('kubeconfig', cluster.kubeconfig);
  project.provide('hostAddress', cluster.hostAddress);
  project.provide('kubectl', await findKubectl());
  return () => cluster.stop();
}

/** Whoever builds a control plane from modules has built kubectl with it, and need not have another. */
async function findKubectl(): Promise<string> {
  const named = process.env['KUBECTL'];
  if (named !== undefined && named !== '') return named;
  const { kind } = await findCluster('control-plane');
  return kind === 'modules' ? join(await ensureComponent('kubernetes'), 'kubectl') : 'kubectl';
}
