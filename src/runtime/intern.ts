/** Beyond this many texts the pool starts anew, so that texts which never come back do not stay. */
const mostTexts = 20_000;
/** Longer texts seldom repeat. */
const longestText = 128;

/** Parts of metadata that pods of one workload have in common. Longer ones seldom repeat. */
const sharedParts: ReadonlySet<string> = new Set(['labels', 'annotations', 'ownerReferences']);
const longestPart = 1024;
const mostParts = 5_000;

/**
 * Makes equal short texts within objects one text in memory, and equal labels, annotations and owner references one
 * object. Those of a workload's pods are all the same; measured on 20,000 pods it halves what a pod costs. Nobody
 * may change what was shared.
 */
export class TextPool {
  readonly #texts = new Map<string, string>();
  readonly #parts = new Map<string, object>();

  /** Replaces texts and parts within a freshly parsed object that nobody else holds yet. */
  share(object: object): void {
    const fields: [string, unknown][] = Object.entries(object);
    for (const [name, value] of fields) {
      if (typeof value === 'string') Reflect.set(object, name, this.#oneText(value));
      else if (typeof value === 'object' && value !== null) {
        this.share(value);
        if (sharedParts.has(name)) Reflect.set(object, name, this.#onePart(value));
      }
    }
  }

  #onePart(part: object): object {
    const text = JSON.stringify(part);
    return text.length > longestPart ? part : oneOf(this.#parts, mostParts, text, part);
  }

  #oneText(text: string): string {
    return text.length > longestText ? text : oneOf(this.#texts, mostTexts, text, text);
  }
}

function oneOf<T>(pool: Map<string, T>, most: number, text: string, value: T): T {
  const known = pool.get(text);
  if (known !== undefined) return known;
  if (pool.size >= most) pool.clear();
  pool.set(text, value);
  return value;
}
