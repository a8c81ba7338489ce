import { fnv1a32 } from '../kernel/hash.ts';
import { versionOfImage } from './image-reference.ts';

/** What of a container goes into a computed version. */
export interface VersionedContainer {
  readonly name: string;
  readonly image?: string | undefined;
  readonly env?: readonly { readonly name: string; readonly value?: string | undefined }[] | undefined;
}

/** A version that nobody wrote down, and what its user should know about it. */
export interface ComputedVersion {
  readonly version: string;
  readonly warning?: string;
}

/**
 * The version of a pod that names none: the image's tag (else digest) of the container named by
 * keptn.sh/container, or of the only container; else a hash over all containers' names, images and literal
 * environment. A name that fits no container falls back to the hash with a warning. Pure.
 * Source: Keptn's algorithm, vectors in test/vectors/versions; the only container and digests are read better.
 */
export function computeVersion(
  containers: readonly VersionedContainer[],
  containerName: string,
): ComputedVersion {
  const hash = (): string => fnv1a32(containers.map(hashedText).join(''));
  const [only, ...others] = containers;
  const chosen =
    containerName === ''
      ? others.length === 0
        ? only
        : undefined
      : containers.find(({ name }) => name === containerName);
  if (containerName !== '' && chosen === undefined) {
    return { version: hash(), warning: unknownContainer(containers, containerName) };
  }
  return { version: (chosen && versionOfImage(chosen.image ?? '')) ?? hash() };
}

function hashedText({ name, image = '', env = [] }: VersionedContainer): string {
  return name + image + env.map((entry) => entry.name + (entry.value ?? '')).join('');
}

function unknownContainer(containers: readonly VersionedContainer[], wanted: string): string {
  const there = containers.map(({ name }) => `"${name}"`).join(', ');
  return (
    `annotation keptn.sh/container names "${wanted}", but the pod's containers are ${there}; ` +
    'the version is computed from all of them: correct the name or set keptn.sh/version'
  );
}
