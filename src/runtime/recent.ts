/** A map that keeps the entries set last, at most `most` of them: a memory that may forget but not grow. */
export class RecentMap<V> {
  readonly #entries = new Map<string, V>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** The value set last, unless it was forgotten. */
  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  /** Remembers a value, and forgets the one that was set longest ago when there are too many. */
  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#most) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
