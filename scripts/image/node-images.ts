import { existsSync } from 'node:fs';
import path from 'node:path';
import { missingPackage } from '../cluster/binaries.ts';
import { run } from '../cluster/command.ts';
import { ClusterFault } from '../cluster/fault.ts';
import type { ImageSpec } from './archive.ts';
import { baseEntries, imageUser } from './base.ts';
import { libraryEntries } from './libraries.ts';

export const pauseImage = 'localhost/pause:1';
export const busyboxImage = 'docker.io/library/busybox:latest';
/** The name under which manifests know it; on a node of ours it is Debian's. */
export const prometheusImage = 'docker.io/prom/prometheus:latest';

/** The image whose process holds a pod's namespaces. */
export function pauseSpec(program: string): ImageSpec {
  return {
    name: pauseImage,
    entrypoint: ['/pause'],
    entries: [{ path: 'pause', mode: 0o755, body: { kind: 'file', source: program } }],
  };
}

/** Debian's static busybox under all its names; for shells and files, not for names: it crashes when it resolves one. */
export async function busyboxSpec(program: string): Promise<ImageSpec> {
  if (!existsSync(program)) {
    throw new ClusterFault(
      'package busybox-static',
      `${program} is missing`,
      'Run: apt-get install busybox-static',
    );
  }
  const applets = (await run(program, ['--list'])).stdout.trim().split('\n');
  return {
    name: busyboxImage,
    entrypoint: [],
    entries: [
      { path: 'bin/busybox', mode: 0o755, body: { kind: 'file', source: program } },
      ...applets
        .filter((applet) => applet !== 'busybox')
        .map((applet) => ({
          path: path.join('bin', applet),
          mode: 0o777,
          body: { kind: 'link', target: 'busybox' } as const,
        })),
      { path: 'tmp', mode: 0o1777, body: { kind: 'folder' } },
      { path: 'etc', mode: 0o755, body: { kind: 'folder' } },
    ],
  };
}

/** Debian's Prometheus with its libraries, for nodes that cannot reach a registry. */
export async function prometheusSpec(): Promise<ImageSpec> {
  const program = '/usr/bin/prometheus';
  if (!existsSync(program)) throw missingPackage('prometheus', 'the demo measures with it');
  return {
    name: prometheusImage,
    entrypoint: ['/bin/prometheus'],
    user: imageUser,
    entries: [
      ...baseEntries(),
      { path: 'bin/prometheus', mode: 0o755, body: { kind: 'file', source: program } },
      ...(await libraryEntries([program])),
    ],
  };
}
