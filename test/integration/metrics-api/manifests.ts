import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from '../../../src/api/schema.ts';
import { parseYamlDocuments } from '../../../src/api/yaml.ts';
import { type Api, must } from '../lifecycle/api.ts';

/** What is not applied: the cluster runs no image of ours, a test is the process. */
const leftOut = ['kustomization.yaml', 'deployment.yaml', 'disruption-budget.yaml', 'service.yaml'];

const collections: Readonly<Record<string, string>> = {
  APIService: '/apis/apiregistration.k8s.io/v1/apiservices',
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  Role: '/apis/rbac.authorization.k8s.io/v1/namespaces/*/roles',
  RoleBinding: '/apis/rbac.authorization.k8s.io/v1/namespaces/*/rolebindings',
  Service: '/api/v1/namespaces/*/services',
  ServiceAccount: '/api/v1/namespaces/*/serviceaccounts',
  EndpointSlice: '/apis/discovery.k8s.io/v1/namespaces/*/endpointslices',
};

const headSchema = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
});

/** Applies the YAML files of a folder as they are, but for those that need an image. */
export async function applyFolder(api: Api, folder: string): Promise<void> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml') && !leftOut.includes(file));
  for (const file of files) {
    for (const { object } of must(parseYamlDocuments(readFileSync(join(folder, file), 'utf8'))))
      await applyObject(api, object);
  }
}

/** Applies one object of a kind that `manifests/metrics-api` has. */
export async function applyObject(api: Api, object: unknown): Promise<void> {
  const { kind, metadata } = headSchema.parse(object);
  const collection = collections[kind]?.replace('*', metadata.namespace ?? '');
  if (collection === undefined) throw new Error(`where is a ${kind} applied?`);
  must(await api.client.apply(`${collection}/${metadata.name}`, object, 'test'));
}
