import { ensureComponent } from '../cluster/binaries.ts';
import { ClusterFault } from '../cluster/fault.ts';
import { say, timed } from '../cluster/progress.ts';
import { chosenImages, provideImages } from '../install/images.ts';
import { kubeconfigOf } from '../install/kubeconfig.ts';
import { Kubectl } from '../install/kubectl.ts';
import { buildAnnotation, localImages } from '../install/overlay.ts';
import { chartDir, Helm } from './helm.ts';

const release = ['sluice', chartDir, '--namespace', 'sluice-system', '--create-namespace'];

/** Puts the images of this checkout into the cluster where they are to be used, and installs or upgrades the release. */
async function install(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const kubeconfig = kubeconfigOf(env);
  const helm = await Helm.found(kubeconfig);
  const images = chosenImages(env);
  const build = await provideImages(await Kubectl.on(kubeconfig), kubeconfig, images);
  const chosen = Object.entries(images).flatMap(([which, reference]) =>
    Object.values(localImages).includes(reference)
      ? []
      : ['--set-string', `images.${which}.reference=${reference}`],
  );
  // New bytes under an old tag begin new pods.
  const built = ['webhook', 'controller', 'metricsApi'].flatMap((part) => [
    '--set-string',
    `${part}.podAnnotations.${buildAnnotation}=${build}`,
  ]);
  const more = (env['HELM_ARGS'] ?? '').split(' ').filter((arg) => arg !== '');
  const args = [
    'upgrade',
    '--install',
    ...release,
    '--wait',
    '--timeout',
    '5m',
    ...chosen,
    ...built,
    ...more,
  ];
  const told = await timed('installing the chart and waiting until it is ready', () =>
    helm.do('the release', args),
  );
  process.stdout.write(told);
}

try {
  const [verb] = process.argv.slice(2);
  if (verb === 'path') process.stdout.write(`${await ensureComponent('helm')}\n`);
  else if (verb === 'install') await install(process.env);
  else throw new ClusterFault('argument', `"${verb ?? ''}" is not known`, 'Say path or install.');
} catch (error) {
  if (!(error instanceof ClusterFault)) throw error;
  say(`error: ${error.message}`);
  process.exitCode = 1;
}
