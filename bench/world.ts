import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { down, ensureCluster, type RunningCluster } from '../scripts/cluster/cluster.ts';
import { Kubectl } from '../scripts/install/kubectl.ts';
import type { KubeObject } from '../src/api/meta.ts';
import { apiPath, resources } from '../src/api/resources.ts';
import { z } from '../src/api/schema.ts';
import { parseYamlDocuments } from '../src/api/yaml.ts';
import type { SluiceError } from '../src/kernel/errors.ts';
import type { Result } from '../src/kernel/result.ts';
import { createClient, type KubeClient } from '../src/runtime/client.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { loadConnector } from '../src/runtime/kube.ts';

/** The checkout. */
export const repository = join(import.meta.dirname, '..');
/** Where Sluice's own objects are. */
export const systemNamespace = 'sluice-system';
const clusterName = 'bench';
const fieldManager = 'sluice-bench';

/** A control plane with hollow nodes, and two ways to talk to it. */
export interface World {
  readonly cluster: RunningCluster;
  readonly client: KubeClient;
  readonly kubectl: Kubectl;
}

/** The value of a result; throws its error, which ends the benchmark. */
export function must<T>(result: Result<T, SluiceError>): T {
  if (!result.ok) throw new Error(`${result.error.tag}: ${result.error.message}`);
  return result.value;
}

/** Starts the cluster, without what an earlier run left: memory and speed depend on what is there. */
export async function openWorld(): Promise<World> {
  await down(clusterName);
  const cluster = await ensureCluster({ type: 'kwok', name: clusterName, port: 17_500 });
  const { kubeconfig } = cluster;
  const connector = must(loadConnector({ kubeconfigPath: kubeconfig, clock: systemClock }));
  return {
    cluster,
    client: createClient(connector, { clock: systemClock }),
    kubectl: await Kubectl.on(kubeconfig),
  };
}

/** Creates an object as a user would. */
export async function make(client: KubeClient, object: KubeObject): Promise<void> {
  const def = Object.values(resources).find(({ kind }) => kind === object.kind);
  if (def === undefined) throw new Error(`no resource for ${object.kind}`);
  must(await client.create(apiPath(def, object.metadata.namespace), object, fieldManager));
}

/** Creates a namespace of a name that no earlier run has used, and gives it. */
export async function newNamespace(
  client: KubeClient,
  prefix: string,
  labels: Record<string, string>,
): Promise<string> {
  const name = `${prefix}-${Date.now().toString(36)}`;
  await make(client, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  return name;
}

const apply = ['apply', '--server-side', '--force-conflicts', '--field-manager', fieldManager];

function manifest(path: string): string {
  return join(repository, 'manifests', path);
}

/** Applies resource definitions and Sluice's namespace. */
export async function applyDefinitions({ kubectl }: World): Promise<void> {
  await kubectl.do('the CRDs', [...apply, '-k', manifest('crds')]);
  await kubectl.do('established CRDs', ['wait', '--for=condition=Established', 'crd', '--all']);
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: systemNamespace } };
  await kubectl.do('the namespace', [...apply, '-f', '-'], JSON.stringify(namespace));
}

/** Applies resource definitions, Sluice's namespace, and the webhook's registration at an address in place of a Service. */
export async function prepare(world: World, webhookUrl: string): Promise<void> {
  await applyDefinitions(world);
  const { kubectl } = world;
  const text = readFileSync(manifest('base/webhook-configuration.yaml'), 'utf8');
  const registration = must(parseYamlDocuments(text)).map(({ object }) => registeredAt(object, webhookUrl));
  const list = { apiVersion: 'v1', kind: 'List', items: registration };
  await kubectl.do('the registration', [...apply, '-f', '-'], JSON.stringify(list));
}

const registrationSchema = z.looseObject({
  webhooks: z.array(z.looseObject({ clientConfig: z.object({ service: z.object({ path: z.string() }) }) })),
});

function registeredAt(object: unknown, url: string): object {
  const registration = registrationSchema.parse(object);
  const webhooks = registration.webhooks.map((webhook) => ({
    ...webhook,
    clientConfig: { url: `${url}${webhook.clientConfig.service.path}` },
  }));
  return { ...registration, webhooks };
}

/** Waits until the API server has been told to trust the webhook's certificate. */
export async function waitForTrust({ kubectl }: World): Promise<void> {
  const bundle = '--for=jsonpath={.webhooks[0].clientConfig.caBundle}';
  await kubectl.do('trust', ['wait', 'mutatingwebhookconfiguration/sluice', bundle, '--timeout=60s']);
}
