import { ClusterFault } from '../cluster/fault.ts';
import { say } from '../cluster/progress.ts';
import { install, uninstall } from './install.ts';
import { kubeconfigOf } from './kubeconfig.ts';

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
