/** The parts of an image reference that can serve as a version. */
export interface ImageReference {
  readonly repository: string;
  readonly tag?: string;
  /** Hexadecimal part of the digest. */
  readonly digest?: string;
}

/**
 * Splits an image reference. A colon before the last slash belongs to the registry's port, not to a tag. Pure.
 * Source: the reference grammar of the distribution project.
 */
export function parseImageReference(image: string): ImageReference {
  const [named, digestPart] = splitAt(image, image.indexOf('@'));
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const [repository, tag] = splitAt(named, colon);
  const digest = digestPart?.slice(digestPart.indexOf(':') + 1);
  return {
    repository,
    ...(tag ? { tag } : {}),
    ...(digest ? { digest } : {}),
  };
}

/** The tag unless it says nothing (`latest`), else the digest, else undefined. Pure. */
export function versionOfImage(image: string): string | undefined {
  const { tag, digest } = parseImageReference(image);
  if (tag !== undefined && tag !== 'latest') return tag;
  return digest;
}

function splitAt(text: string, at: number): [string, string?] {
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
