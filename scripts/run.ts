import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ClusterFault } from './cluster/fault.ts';
import { say } from './cluster/progress.ts';
import { Kubectl } from './install/kubectl.ts';

/** Runs Sluice as a local process on the cluster of KUBECONFIG, whose API server reaches it at the address given. */
const repository = join(import.meta.dirname, '..');
const configurations = ['mutatingwebhookconfiguration/sluice', 'validatingwebhookconfiguration/sluice'];
const needed = [
  'manifests/base/namespace.yaml',
  'manifests/base/webhook-configuration.yaml',
  'manifests/base/validating-webhook-configuration.yaml',
];

async function prepare(kubectl: Kubectl): Promise<void> {
  const apply = ['apply', '--server-side', '--force-conflicts', '--field-manager', 'sluice-run'];
  await kubectl.do('the resource definitions', [...apply, '-k', join(repository, 'manifests/crds')]);
  for (const file of needed) await kubectl.do(file, [...apply, '-f', join(repository, file)]);
  say('applied the resource definitions, the namespace sluice-system and the webhook registration');
}

async function run(url: string, kubeconfig: string): Promise<number> {
  const kubectl = await Kubectl.on(kubeconfig);
  await prepare(kubectl);
  say(`the API server will ask ${url}; end with Ctrl-C`);
  const args = [
    join(repository, 'dist/sluice.mjs'),
    'serve',
    '--roles',
    'webhook,controller',
    '--webhook-url',
    url,
  ];
  const child = spawn('node', args, { stdio: 'inherit', env: { ...process.env, KUBECONFIG: kubeconfig } });
  // The child gets the terminal's Ctrl-C too; we outlive it to tidy up.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  await once(child, 'exit');
  await kubectl.do('the webhook registration', ['delete', ...configurations, '--ignore-not-found']);
  say('removed the webhook registration, so that no pod waits for a process that has ended');
  say('Pods that are gated stay so. To have Sluice run in the cluster: make install');
  return child.exitCode ?? 0;
}

try {
  const [url = 'https://127.0.0.1:9443'] = process.argv.slice(2);
  process.exitCode = await run(url, process.env['KUBECONFIG'] ?? '');
} catch (error) {
  if (!(error instanceof ClusterFault)) throw error;
  say(`error: ${error.message}`);
  process.exitCode = 1;
}
