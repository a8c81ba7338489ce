import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { down, up } from '../../../scripts/cluster/cluster.ts';
import { portOfCheckout } from '../../../scripts/cluster/plan.ts';
import { findCluster } from '../../../scripts/cluster/source.ts';
import { Kubectl } from '../../../scripts/install/kubectl.ts';
import { adoptDefinitions } from '../../../scripts/install/take-over.ts';
import { apiPath, resources } from '../../../src/api/resources.ts';
import { z } from '../../../src/api/schema.ts';
import { type Api, connectApi } from './api.ts';
import { runHollowNode } from './setup/hollow-node.ts';

const crdsFile = join(import.meta.dirname, '../../fixtures/keptn-v2/crds.yaml');
const crdSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    conversion: z.unknown().optional(),
    versions: z.array(z.looseObject({ name: z.string(), storage: z.boolean() })),
  }),
});
type Crd = z.infer<typeof crdSchema>;

/** False where no control plane can be had for one file alone. */
export async function canHaveOwnCluster(): Promise<boolean> {
  const { kind } = await findCluster('control-plane');
  return kind !== 'given' && kind !== 'kind';
}

/** A control plane on which Keptn's resource definitions are installed and ours never were. */
export interface KeptnCluster {
  readonly kubeconfig: string;
  readonly api: Api;
  readonly kubectl: Kubectl;
  stop(): Promise<void>;
}

/**
 * Starts one. `before` runs while objects are stored as `v1alpha1` or `v1alpha3`, the newest that a kind has of the two,
 * as in a cluster that saw Keptn's early releases.
 */
export async function startKeptnCluster(
  name: string,
  before: (kubectl: Kubectl) => Promise<void> = () => Promise.resolve(),
): Promise<KeptnCluster> {
  const port = portOfCheckout(17_900, `${process.cwd()} ${name}`);
  // What a run that was cut short left would count as Keptn's.
  await down(name);
  const { plan } = await up({ type: 'control-plane', name, port });
  const kubectl = await Kubectl.on(plan.kubeconfig);
  const api = connectApi(plan.kubeconfig);
  const crds = parseAllDocuments(readFileSync(crdsFile, 'utf8')).map((one) => crdSchema.parse(one.toJS()));
  await applyDefinitions(kubectl, crds.map(asFormerly));
  for (const namespace of ['keptn-system', 'sluice-system'])
    await kubectl.do(namespace, ['create', 'ns', namespace]);
  await before(kubectl);
  await applyDefinitions(kubectl, crds);
  await untilServed(api, new Set(crds.map(({ metadata }) => metadata.name)));
  const stopNode = await runHollowNode(api);
  return {
    kubeconfig: plan.kubeconfig,
    api,
    kubectl,
    stop: async () => {
      stopNode();
      api.client.close();
      await down(name);
    },
  };
}

async function applyDefinitions(kubectl: Kubectl, crds: readonly Crd[]): Promise<void> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: crds });
  const args = ['apply', '--server-side', '--force-conflicts', '--field-manager=helm', '-f', '-'];
  await kubectl.do('the definitions of Keptn', args, list);
  const names = crds.map(({ metadata }) => metadata.name);
  await kubectl.do('them', ['wait', '--for=condition=Established', '--timeout=60s', 'crd', ...names]);
}

/** The definition when objects were stored in an early version, without conversion. */
function asFormerly(crd: Crd): Crd {
  const { conversion: _later, versions, ...spec } = crd.spec;
  const early = versions.findLast(({ name }) => name === 'v1alpha3' || name === 'v1alpha1') ?? versions[0];
  const former = versions.map((version) => ({ ...version, storage: version.name === early?.name }));
  return { ...crd, spec: { ...spec, conversion: { strategy: 'None' }, versions: former } };
}

async function untilServed(api: Api, names: ReadonlySet<string>): Promise<void> {
  const kinds = Object.values(resources).filter(({ group, name }) => names.has(`${name}.${group}`));
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    const lists = await Promise.all(kinds.map((def) => api.client.get(`${apiPath(def)}?limit=1`)));
    // A kind that is stored in an early version cannot be listed while nobody converts it.
    if (lists.every((list) => list.ok || list.error.message.includes('conversion'))) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the API server did not serve the definitions of Keptn within 30 s');
}

/** Puts our definitions in the place of Keptn's, by the installer's own steps. Answers which had been converted. */
export async function takeOverDefinitions(kubectl: Kubectl): Promise<readonly string[]> {
  const manifest = await kubectl.do('manifests/crds', ['kustomize', 'manifests/crds']);
  const adopted = await adoptDefinitions(kubectl, manifest);
  const args = ['apply', '--server-side', '--force-conflicts', '--field-manager=sluice-install', '-f', '-'];
  await kubectl.do('our definitions', args, manifest);
  return adopted;
}
