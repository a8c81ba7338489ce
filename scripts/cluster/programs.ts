import path from 'node:path';
import { ensureComponent } from './binaries.ts';
import type { ControlPlanePrograms } from './control-plane.ts';
import type { NodePrograms } from './node-config.ts';
import type { ClusterType } from './plan.ts';
import { assetsDir } from './source.ts';

/** All programs that a cluster of one type runs. */
export interface ClusterPrograms {
  readonly controlPlane: ControlPlanePrograms;
  readonly node?: NodePrograms;
  /** Folder with kwok. */
  readonly kwok?: string;
}

/** Finds the programs of one type of cluster; builds those that are not in the cache, and only those. */
export async function programsFor(type: ClusterType): Promise<ClusterPrograms> {
  const assets = assetsDir();
  // Given test binaries hold no kubelet and no controllers, so they only do for a bare control plane.
  if (assets !== undefined && type === 'control-plane') {
    return {
      controlPlane: { etcd: path.join(assets, 'etcd'), apiServer: path.join(assets, 'kube-apiserver') },
    };
  }
  const kubernetes = await ensureComponent('kubernetes');
  const etcd = await ensureComponent('etcd');
  const controlPlane = {
    etcd: path.join(etcd, 'etcd'),
    apiServer: path.join(kubernetes, 'kube-apiserver'),
    controllerManager: path.join(kubernetes, 'kube-controller-manager'),
    scheduler: path.join(kubernetes, 'kube-scheduler'),
  };
  switch (type) {
    case 'control-plane':
      return { controlPlane };
    case 'kwok':
      return { controlPlane, kwok: await ensureComponent('kwok') };
    case 'node': {
      const node = await ensureComponent('node');
      const cni = await ensureComponent('cni');
      return { controlPlane, node: { kubernetes, node, cni, pause: await ensureComponent('pause') } };
    }
  }
}
