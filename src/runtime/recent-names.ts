/** Remembers the names that were added last, up to a number of them; the oldest are forgotten first. */
export class RecentNames {
  readonly #most: number;
  readonly #names = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  add(name: string): void {
    this.#names.delete(name);
    this.#names.add(name);
    const [oldest] = this.#names;
    if (this.#names.size > this.#most && oldest !== undefined) this.#names.delete(oldest);
  }
}
