import { parseAllDocuments, stringify } from 'yaml';

/** Annotation of the pods of an installation: which one. */
export const buildAnnotation = 'sluice/build';

/** Which images an installation uses. */
export interface Images {
  readonly sluice: string;
  readonly deno: string;
  readonly python: string;
}

/** What `make images` makes; none of them is in any registry. */
export const localImages: Images = {
  sluice: 'localhost/sluice:dev',
  deno: 'localhost/sluice-deno-runtime:dev',
  python: 'localhost/sluice-python-runtime:dev',
};

/** Splits an image reference for kustomize, which takes name, tag and digest apart. Pure. */
export function splitImage(reference: string): { newName: string; newTag?: string; digest?: string } {
  const [named = '', digest] = reference.split('@');
  if (digest !== undefined) return { newName: named.replace(/:[^/:]*$/, ''), digest };
  const tag = /:([^/:]+)$/.exec(named)?.[1];
  return tag === undefined
    ? { newName: named, newTag: 'latest' }
    : { newName: named.slice(0, -tag.length - 1), newTag: tag };
}

/**
 * The kustomization of this installation over `manifests/base` and what else is wanted. `build` names the bytes of the image, so that a new
 * image under the old tag rolls the pods. Pure.
 */
export function overlay(folders: readonly string[], images: Images, build: string): string {
  const annotation = { template: { metadata: { annotations: { [buildAnnotation]: build } } } };
  return stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: folders,
    images: [{ name: 'localhost/sluice', ...splitImage(images.sluice) }],
    configMapGenerator: [
      {
        name: 'sluice-settings',
        namespace: 'sluice-system',
        behavior: 'merge',
        literals: [`FUNCTION_RUNNER_IMAGE=${images.deno}`, `PYTHON_RUNNER_IMAGE=${images.python}`],
      },
    ],
    patches: [
      {
        target: { kind: 'Deployment', labelSelector: 'app.kubernetes.io/part-of=sluice' },
        patch: stringify({
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'any' },
          spec: annotation,
        }),
      },
    ],
  });
}

/** Names one object of a rendered manifest. */
export interface RenderedObject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly name: string;
  readonly namespace?: string;
}

/** The objects of a rendered manifest, in its order. Pure. */
export function renderedObjects(manifest: string): RenderedObject[] {
  return parseAllDocuments(manifest).flatMap((document) => {
    const name = document.getIn(['metadata', 'name']);
    const namespace = document.getIn(['metadata', 'namespace']);
    if (typeof name !== 'string') return [];
    const kind = String(document.get('kind'));
    const apiVersion = String(document.get('apiVersion'));
    return [{ kind, apiVersion, name, ...(typeof namespace === 'string' ? { namespace } : {}) }];
  });
}

/** In which order an installation is taken away: what could hold up others first, records last and only on demand. Pure. */
export function removalOrder(objects: readonly RenderedObject[], purge: boolean): RenderedObject[] {
  const rank = ({ kind }: RenderedObject): number => {
    // While the registration stands and nobody answers, every new pod of an opted-in namespace would be refused.
    // A group that is registered and not served keeps every namespace from being deleted.
    if (kind.endsWith('WebhookConfiguration') || kind === 'APIService') return 0;
    if (kind === 'Namespace') return 2;
    return kind === 'CustomResourceDefinition' ? 3 : 1;
  };
  return objects
    .filter(({ kind }) => purge || kind !== 'CustomResourceDefinition')
    .sort((left, right) => rank(left) - rank(right));
}

/** The argument that names an object to kubectl. Pure. */
export function kubectlName({ kind, apiVersion, name }: RenderedObject): string {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return `${kind}.${version}.${group}/${name}`;
}
