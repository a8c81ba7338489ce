/** Beyond this many texts the pool starts anew, so that texts which never come back do not stay. */
const mostTexts = 20_000;
/** Longer texts seldom repeat. */
const longestText = 128;

/**
 * Makes equal short texts within objects one text in memory. Labels, images and owner names of a workload's pods
 * are all the same; measured on 20,000 pods it halves what a pod costs.
 */
export class TextPool {
  readonly #texts = new Map<string, string>();

  /** Replaces texts within a freshly parsed object that nobody else holds yet. */
  share(object: object): void {
    const fields: [string, unknown][] = Object.entries(object);
    for (const [name, value] of fields) {
      if (typeof value === 'string') Reflect.set(object, name, this.#one(value));
      else if (typeof value === 'object' && value !== null) this.share(value);
    }
  }

  #one(text: string): string {
    if (text.length > longestText) return text;
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    if (this.#texts.size >= mostTexts) this.#texts.clear();
    this.#texts.set(text, text);
    return text;
  }
}
