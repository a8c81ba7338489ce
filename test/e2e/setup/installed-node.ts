import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureCluster, type RunningCluster } from '../../../scripts/cluster/cluster.ts';
import { portOfCheckout } from '../../../scripts/cluster/plan.ts';

const repository = join(import.meta.dirname, '../../..');

/** Which node, and how Sluice is installed there. */
export interface NodeRequest {
  readonly name: string;
  /** The first of the ports that its API server may have. */
  readonly basePort: number;
  /** For `make install`. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Brings up a real node and installs Sluice there as a user would. Throws when that fails, without the node. */
export async function installedNode({ name, basePort, variables }: NodeRequest): Promise<RunningCluster> {
  const given = Number(process.env['CLUSTER_PORT'] ?? 0);
  const port = given > 0 ? given : portOfCheckout(basePort, process.cwd());
  const cluster = await ensureCluster({ type: 'node', name, port });
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfig, ...variables };
  const { status } = spawnSync('make', ['install'], { cwd: repository, env, stdio: 'inherit' });
  if (status === 0) return cluster;
  await cluster.stop();
  throw new Error('make install failed; what it printed is above');
}
