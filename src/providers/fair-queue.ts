/** A queue in which owners take turns: one that asks for much waits behind one that asks for little. */
export class FairQueue<T> {
  /** In the order of turns; each list is in the order of asking and never empty. */
  readonly #turns = new Map<string, T[]>();

  /** True when nothing waits. */
  get isEmpty(): boolean {
    return this.#turns.size === 0;
  }

  push(owner: string, item: T): void {
    const items = this.#turns.get(owner);
    if (items === undefined) this.#turns.set(owner, [item]);
    else items.push(item);
  }

  /** The oldest item of the owner whose turn it is; that owner goes to the end. */
  shift(): T | undefined {
    const [turn] = this.#turns;
    if (turn === undefined) return undefined;
    const [owner, items] = turn;
    const item = items.shift();
    this.#turns.delete(owner);
    if (items.length > 0) this.#turns.set(owner, items);
    return item;
  }

  /** Takes an item out, wherever it waits. */
  remove(item: T): void {
    for (const [owner, items] of this.#turns) {
      const place = items.indexOf(item);
      if (place === -1) continue;
      items.splice(place, 1);
      if (items.length === 0) this.#turns.delete(owner);
      return;
    }
  }
}
