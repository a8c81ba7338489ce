import { parseImageReference } from '../domain/image-reference.ts';

/**
 * The package URL of an image: `pkg:oci/cart@sha256%3A…?repository_url=registry.example/shop/cart&tag=2.1.0`. Without a
 * digest the tag alone says which. Pure. Source: purl specification, type oci.
 */
export function imagePurl(image: string): string {
  const { repository, tag, digest } = parseImageReference(image);
  const name = repository.slice(repository.lastIndexOf('/') + 1).toLowerCase();
  const algorithm = /@([^:@]+):/.exec(image)?.[1] ?? 'sha256';
  const version = digest === undefined ? '' : `@${encodeURIComponent(`${algorithm}:${digest}`)}`;
  const qualifiers = [
    ...(repository.includes('/') ? [`repository_url=${qualifier(repository.toLowerCase())}`] : []),
    ...(tag === undefined ? [] : [`tag=${qualifier(tag)}`]),
  ];
  const query = qualifiers.length === 0 ? '' : `?${qualifiers.join('&')}`;
  return `pkg:oci/${encodeURIComponent(name)}${version}${query}`;
}

/** The package URL of a workload whose image nobody knows any more. Pure. Source: as above, type generic. */
export function workloadPurl(namespace: string, workload: string, version: string): string {
  const [space, name, at] = [namespace, workload, version].map(encodeURIComponent);
  return `pkg:generic/${space}/${name}@${at}`;
}

/** A slash needs no escape in a qualifier, nor does a colon. */
function qualifier(value: string): string {
  return encodeURIComponent(value).replaceAll('%2F', '/').replaceAll('%3A', ':');
}
