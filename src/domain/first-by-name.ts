/** Of several objects of which only one may count, the first by name: the same one whoever looks. Pure. */
export function firstByName<T extends { readonly metadata: { readonly name: string } }>(
  objects: readonly T[],
): T | undefined {
  return objects.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))[0];
}
