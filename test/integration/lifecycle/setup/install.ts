import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { apiPath, resources } from '../../../../src/api/resources.ts';
import { parseYamlDocuments } from '../../../../src/api/yaml.ts';
import startControlPlane from '../../setup/control-plane.ts';
import { type Api, connectApi, must } from '../api.ts';
import { runHollowNode } from './hollow-node.ts';

const registrations = '/apis/admissionregistration.k8s.io/v1';
const configurationFiles = [
  [`${registrations}/mutatingwebhookconfigurations/sluice`, 'webhook-configuration.yaml'],
  [`${registrations}/validatingwebhookconfigurations/sluice`, 'validating-webhook-configuration.yaml'],
] as const;

/** Installs what Sluice needs from its manifests and keeps a hollow node, for the whole suite. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stopCluster = await startControlPlane(project);
  const api = connectApi(project.getProvidedContext().kubeconfig);
  await install(api);
  const stopNode = await runHollowNode(api);
  return async () => {
    stopNode();
    // Nobody answers any more, and other suites may use the cluster.
    for (const [path] of configurationFiles) await api.request('DELETE', path);
    api.client.close();
    await stopCluster();
  };
}

/** Applies the webhook configurations anew; a process of ours then points it at itself. */
export async function installConfiguration(api: Api): Promise<void> {
  for (const [path, file] of configurationFiles) {
    await api.request('DELETE', path);
    await applyFile(api, path, join('manifests/base', file));
  }
}

/** Applies CRDs and the system namespace; waits until the CRDs are served. */
export async function install(api: Api): Promise<void> {
  const crds = readdirSync('manifests/crds').filter((file) => file !== 'kustomization.yaml');
  for (const file of crds) {
    const name = file.replace(/\.yaml$/, '');
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
    await applyFile(api, path, join('manifests/crds', file));
  }
  await applyFile(api, '/api/v1/namespaces/sluice-system', 'manifests/base/namespace.yaml');
  const ours = Object.values(resources).filter(({ group }) => group.endsWith('keptn.sh'));
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    const lists = await Promise.all(ours.map((def) => api.client.get(`${apiPath(def)}?limit=1`)));
    if (lists.every(({ ok }) => ok)) return;
  }
  throw new Error('the API server did not serve the CRDs within 30 s');
}

async function applyFile(api: Api, path: string, file: string): Promise<void> {
  for (const { object } of must(parseYamlDocuments(readFileSync(file, 'utf8'))))
    must(await api.client.apply(path, object, 'test'));
}
