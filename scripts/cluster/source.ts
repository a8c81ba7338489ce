import { existsSync } from 'node:fs';
import path from 'node:path';
import { run } from './command.ts';
import type { ClusterType } from './plan.ts';

/** Where a cluster for tests comes from. */
export type ClusterSource =
  | { readonly kind: 'given'; readonly kubeconfig: string }
  | { readonly kind: 'kind' }
  | { readonly kind: 'assets'; readonly dir: string }
  | { readonly kind: 'modules' };

export interface SourceFacts {
  readonly type: ClusterType;
  readonly kubeconfig: string | undefined;
  readonly dockerAnswers: boolean;
  /** A folder with at least etcd and kube-apiserver. */
  readonly assetsDir: string | undefined;
}

/** Picks the first source that can serve the type: a named cluster, kind, given binaries, binaries built from Go modules. Pure. */
export function chooseSource(facts: SourceFacts): ClusterSource {
  if (facts.kubeconfig !== undefined) return { kind: 'given', kubeconfig: facts.kubeconfig };
  if (facts.dockerAnswers && facts.type !== 'kwok') return { kind: 'kind' };
  // Folders of test binaries hold no kubelet and no controllers, so they only do for a bare control plane.
  if (facts.assetsDir !== undefined && facts.type === 'control-plane')
    return { kind: 'assets', dir: facts.assetsDir };
  return { kind: 'modules' };
}

/** Finds the source on this machine. Reads SLUICE_KUBECONFIG and KUBEBUILDER_ASSETS and asks Docker (5 s at most). */
export async function findCluster(type: ClusterType): Promise<ClusterSource> {
  const kubeconfig = nonEmpty(process.env['SLUICE_KUBECONFIG']);
  return chooseSource({
    type,
    kubeconfig,
    dockerAnswers: kubeconfig === undefined && (await doesDockerAnswer()),
    assetsDir: assetsDir(),
  });
}

/** The folder KUBEBUILDER_ASSETS, when it holds a control plane. */
export function assetsDir(): string | undefined {
  const dir = nonEmpty(process.env['KUBEBUILDER_ASSETS']);
  return dir !== undefined && ['etcd', 'kube-apiserver'].every((name) => existsSync(path.join(dir, name)))
    ? dir
    : undefined;
}

async function doesDockerAnswer(): Promise<boolean> {
  return (await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeoutMs: 5_000 })).ok;
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
