import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { clustersDir } from '../cluster/cluster.ts';
import { run } from '../cluster/command.ts';
import { ClusterFault } from '../cluster/fault.ts';
import { say, timed } from '../cluster/progress.ts';
import type { Kubectl } from './kubectl.ts';
import { type Images, localImages } from './overlay.ts';

const repository = path.join(import.meta.dirname, '../..');
const archivesDir = path.join(repository, 'dist/images');

/** Where images made here can be put: into our own clusters and kind's; any other cluster pulls from a registry. */
export type ImageTarget =
  | { readonly kind: 'ours'; readonly name: string }
  | { readonly kind: 'kind'; readonly name: string }
  | { readonly kind: 'other' };

/** Tells by the kubeconfig's path and current context what cluster it is. Pure. */
export function imageTarget(kubeconfig: string, context: string, ourClustersDir: string): ImageTarget {
  // kind first: its kubeconfig may lie among our clusters too.
  if (context.startsWith('kind-')) return { kind: 'kind', name: context.slice('kind-'.length) };
  const relative = path.relative(ourClustersDir, kubeconfig);
  const [name = '', file] = relative.split(path.sep);
  if (file === 'kubeconfig' && name !== '..') return { kind: 'ours', name };
  return { kind: 'other' };
}

/** Images by the variables IMAGE, DENO_IMAGE and PYTHON_IMAGE, each with the local one as default. Pure. */
export function chosenImages(env: Readonly<Record<string, string | undefined>>): Images {
  return {
    sluice: env['IMAGE'] || localImages.sluice,
    deno: env['DENO_IMAGE'] || localImages.deno,
    python: env['PYTHON_IMAGE'] || localImages.python,
  };
}

/**
 * Makes the local images that are chosen and puts them into the cluster. Answers a name for their bytes.
 * Does nothing for images from a registry.
 */
export async function provideImages(kubectl: Kubectl, kubeconfig: string, images: Images): Promise<string> {
  if (images.sluice !== localImages.sluice) return images.sluice;
  const context = (await kubectl.do('the kubeconfig', ['config', 'current-context'])).trim();
  const target = imageTarget(kubeconfig, context, clustersDir);
  if (target.kind === 'other') {
    throw new ClusterFault(
      `context ${context}`,
      'this is neither a cluster of this checkout nor kind, so images made here cannot be put into it',
      'Push the images and name them: make install IMAGE=… DENO_IMAGE=… PYTHON_IMAGE=…',
    );
  }
  const made = await run('make', ['--no-print-directory', 'images'], { cwd: repository, onErrorLine: say });
  if (!made.ok)
    throw new ClusterFault('images', `make images ended with ${made.code}`, 'See the lines above.');
  const archives = archivesOf(archivesDir);
  await timed(`loading ${archives.length} images into cluster ${target.name}`, async () => {
    const [program, args] =
      target.kind === 'ours'
        ? [process.execPath, ['scripts/cluster/main.ts', 'load', '--name', target.name, ...archives]]
        : ['kind', ['load', 'image-archive', '--name', target.name, ...archives]];
    const loaded = await run(program, args, { cwd: repository, onErrorLine: say });
    if (!loaded.ok)
      throw new ClusterFault('images', `${program} ended with ${loaded.code}`, 'See the lines above.');
  });
  return createHash('sha256')
    .update(readFileSync(path.join(repository, 'dist/sluice.mjs')))
    .digest('hex')
    .slice(0, 16);
}

function archivesOf(dir: string): string[] {
  const names = existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('.tar')) : [];
  if (names.length === 0) throw new ClusterFault('images', `${dir} holds none`, 'Make them: make images');
  return names.map((name) => path.join(dir, name));
}
