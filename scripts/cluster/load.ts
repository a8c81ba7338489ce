import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hashFile } from '../image/tar.ts';
import { run } from './command.ts';
import { ClusterFault } from './fault.ts';
import { containerdSocket } from './node-config.ts';
import { say, secondsSince } from './progress.ts';

/** Imports image archives into a node's containerd; skips those whose bytes it imported before. */
export async function importImages(
  clusterDir: string,
  ctr: string,
  archives: readonly string[],
): Promise<void> {
  const socket = containerdSocket(clusterDir);
  if (!existsSync(socket)) {
    throw new ClusterFault(
      `cluster ${path.basename(clusterDir)}`,
      'it runs no node that could take images',
      'Start one: make cluster-up CLUSTER=node',
    );
  }
  for (const archive of archives) {
    if (!existsSync(archive))
      throw new ClusterFault(
        `image archive ${archive}`,
        'there is no such file',
        'Make the images first: make images',
      );
    await importOne(clusterDir, ctr, archive);
  }
}

async function importOne(clusterDir: string, ctr: string, archive: string): Promise<void> {
  const stampFile = path.join(clusterDir, 'images', `${path.basename(archive)}.sha256`);
  const digest = hashFile(archive);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === digest) {
    say(`  ${path.basename(archive)} is loaded already`);
    return;
  }
  const startedAt = performance.now();
  const result = await run(ctr, [
    '-a',
    containerdSocket(clusterDir),
    '-n',
    'k8s.io',
    'images',
    'import',
    archive,
  ]);
  if (!result.ok)
    throw new ClusterFault(
      `image archive ${archive}`,
      `containerd refused it: ${result.stderr.trim()}`,
      'Make it anew: make images',
    );
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, digest);
  say(`  ${path.basename(archive)} loaded in ${secondsSince(startedAt)}`);
}
