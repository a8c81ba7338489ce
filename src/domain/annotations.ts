/** Labels and annotations of one object. */
export interface Keyed {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** A key and the one of Kubernetes' recommended labels that stands in for it. */
export interface Key {
  readonly primary: string;
  readonly secondary?: string;
}

/**
 * The value of a key on one object: annotation before label, primary before secondary; an empty string counts as
 * absent. Pure. Source: Keptn's lookup order.
 */
export function lookup(object: Keyed, { primary, secondary }: Key): string | undefined {
  for (const key of [primary, secondary]) {
    if (key === undefined) continue;
    const value = object.annotations?.[key] || object.labels?.[key];
    if (value) return value;
  }
  return undefined;
}

/** The names of a comma-separated list: trimmed, without empty items, each once, in order. Pure. */
export function parseList(text: string): string[] {
  const items = text.split(',').map((item) => item.trim());
  return [...new Set(items.filter((item) => item !== ''))];
}

/** `k1=v1,k2=v2` as a map: trimmed; an item without `=` or with an empty key is dropped; values may hold `=`. Pure. */
export function parseMetadata(text: string): Record<string, string> {
  const entries: [string, string][] = [];
  for (const item of text.split(',')) {
    const at = item.indexOf('=');
    const key = item.slice(0, Math.max(at, 0)).trim();
    if (key !== '') entries.push([key, item.slice(at + 1).trim()]);
  }
  return Object.fromEntries(entries);
}
