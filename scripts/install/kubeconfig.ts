import { existsSync } from 'node:fs';
import path from 'node:path';
import { ClusterFault } from '../cluster/fault.ts';

/** The cluster that KUBECONFIG names; a fault when it names none. */
export function kubeconfigOf(env: Readonly<Record<string, string | undefined>>): string {
  const named = env['KUBECONFIG'] ?? '';
  if (named === '') {
    throw new ClusterFault(
      'KUBECONFIG',
      'it is not set',
      'Set it to the cluster’s file; make cluster-up starts a cluster and prints its own.',
    );
  }
  if (!existsSync(named)) throw new ClusterFault('KUBECONFIG', `there is no file ${named}`, 'Name one file.');
  return path.resolve(named);
}
