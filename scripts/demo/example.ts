import path from 'node:path';
import type { Kubectl } from '../install/kubectl.ts';
import { nextVersion } from './timeline.ts';

const examples = path.join(import.meta.dirname, '../../manifests/examples');

export const namespace = 'sluice-demo';
export const workload = 'shop';

/** The example as YAML documents, with the next version that this cluster has not seen. */
export interface Example {
  readonly version: string;
  /** The namespace and the Services, whose addresses the others need. */
  readonly services: string;
  /** Everything but the shop's Deployment. */
  readonly surroundings: string;
  readonly shop: string;
}

/** Renders an example and gives it a version of its own, so that it can be shown again and again. */
export async function loadExample(kubectl: Kubectl, name: 'demo' | 'broken'): Promise<Example> {
  const rendered = await kubectl.do(`manifests/examples/${name}`, ['kustomize', exampleFolder(name)]);
  const args = ['get', 'keptnworkloadversions', '-n', namespace, '-o', 'jsonpath={.items[*].spec.version}'];
  const version = nextVersion(name === 'demo' ? 1 : 2, (await kubectl.try(args)).stdout.split(' '));
  return prepare(rendered, version);
}

/** Sets the version and takes the Deployment of the shop out of the rest. Pure. */
export function prepare(rendered: string, version: string): Example {
  const documents = rendered.replace(/^(\s+keptn\.sh\/version: )\S+$/m, `$1${version}`).split(/^---$/m);
  const isShop = (text: string) =>
    /^kind: Deployment$/m.test(text) && text.includes('keptn.sh/workload: shop');
  const isService = (text: string) => /^kind: (Namespace|Service)$/m.test(text);
  return {
    version,
    services: documents.filter(isService).join('---'),
    surroundings: documents.filter((text) => !isShop(text)).join('---'),
    shop: documents.filter(isShop).join('---'),
  };
}

/** Replaces names of Services by their addresses: not every small cluster runs a DNS server. Pure. */
export function withAddresses(
  yaml: string,
  addresses: Readonly<Record<string, string>>,
  of = namespace,
): string {
  return Object.entries(addresses).reduce((text, [service, ip]) => {
    const host = ip.includes(':') ? `[${ip}]` : ip;
    return text.replaceAll(`${service}.${of}.svc`, host);
  }, yaml);
}

/** Opens the second warehouse: from then on there are enough teapots. */
export async function openReserve(kubectl: Kubectl): Promise<void> {
  await kubectl.do('the reserve warehouse', ['scale', 'deployment/reserve', '--replicas=1', '-n', namespace]);
}

/** The folder of an example. */
export function exampleFolder(name: string): string {
  return path.join(examples, name);
}
