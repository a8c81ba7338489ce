import { existsSync } from 'node:fs';
import path from 'node:path';
import { ClusterFault } from '../cluster/fault.ts';
import { say } from '../cluster/progress.ts';
import { install, uninstall } from './install.ts';

/** The cluster that KUBECONFIG names; a fault when it names none. */
function kubeconfigOf(env: Readonly<Record<string, string | undefined>>): string {
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

try {
  const [verb] = process.argv.slice(2);
  if (verb === 'install') await install(kubeconfigOf(process.env), process.env['TAKE_OVER'] === '1');
  else if (verb === 'uninstall') await uninstall(kubeconfigOf(process.env), process.env['PURGE'] === '1');
  else throw new ClusterFault('argument', `"${verb ?? ''}" is not known`, 'Say install or uninstall.');
} catch (error) {
  if (!(error instanceof ClusterFault)) throw error;
  say(`error: ${error.message}`);
  process.exitCode = 1;
}
