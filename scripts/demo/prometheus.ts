import path from 'node:path';
import { clustersDir } from '../cluster/cluster.ts';
import { run } from '../cluster/command.ts';
import { ClusterFault } from '../cluster/fault.ts';
import { say, timed } from '../cluster/progress.ts';
import { writeImage } from '../image/archive.ts';
import { prometheusSpec } from '../image/node-images.ts';
import { imageTarget } from '../install/images.ts';
import type { Kubectl } from '../install/kubectl.ts';

const repository = path.join(import.meta.dirname, '../..');

/** Puts Prometheus into a cluster of ours, which reaches no registry. Any other cluster pulls it. */
export async function providePrometheus(kubectl: Kubectl, kubeconfig: string): Promise<void> {
  const context = (await kubectl.do('the kubeconfig', ['config', 'current-context'])).trim();
  const target = imageTarget(kubeconfig, context, clustersDir);
  if (target.kind !== 'ours') return;
  await timed('loading Prometheus into the cluster (2 s the first time)', async () => {
    const archive = path.join(repository, '.cache/images/prometheus.tar');
    writeImage(archive, await prometheusSpec());
    const args = ['scripts/cluster/main.ts', 'load', '--name', target.name, archive];
    const loaded = await run(process.execPath, args, { cwd: repository, onErrorLine: say });
    if (!loaded.ok)
      throw new ClusterFault(
        'the image of Prometheus',
        `loading ended with ${loaded.code}`,
        'See the lines above.',
      );
  });
}
