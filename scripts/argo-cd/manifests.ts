import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { customKinds } from '../../src/api/kinds.ts';
import { toYaml } from '../../src/api/yaml.ts';

/** Where the files for Argo CD are, and nothing else is. */
export const argoCdFolder = 'manifests/argo-cd';

/** Kinds whose objects only say what is wanted: nothing of them can be well or not. */
const unjudged: ReadonlySet<string> = new Set(['KeptnAppCreationRequest', 'KeptnMetricsProvider']);

/** Kinds that can be asked to run again what failed. */
const retried: ReadonlySet<string> = new Set(['KeptnAppVersion', 'KeptnWorkloadVersion']);

/** The entries for the ConfigMap argocd-cm: the health of each kind, and the action to retry a version. */
export function argoCdSettings(): Readonly<Record<string, string>> {
  const health = customKinds
    .filter(({ kind }) => !unjudged.has(kind))
    .map(({ group, kind }) => [`resource.customizations.health.${group}_${kind}`, script('health.lua')]);
  const actions = customKinds
    .filter(({ kind }) => retried.has(kind))
    .map(({ group, kind }) => [`resource.customizations.actions.${group}_${kind}`, toYaml(retryAction())]);
  return Object.fromEntries([...health, ...actions]);
}

/** A patch of the ConfigMap argocd-cm, and values for Argo CD's Helm chart, by their paths. */
export function argoCdFiles(header: string): readonly [string, string][] {
  const data = argoCdSettings();
  const patch = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-cm' }, data };
  return [
    [`${argoCdFolder}/argocd-cm.yaml`, header + toYaml(patch)],
    [`${argoCdFolder}/values.yaml`, header + toYaml({ configs: { cm: data } })],
  ];
}

function retryAction(): object {
  return {
    'discovery.lua': script('retry-discovery.lua'),
    definitions: [{ name: 'retry', 'action.lua': script('retry.lua') }],
  };
}

function script(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8');
}
