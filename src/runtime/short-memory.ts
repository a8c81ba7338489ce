import type { SluiceError } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';
import type { Clock } from './clock.ts';
import { RecentMap } from './recent.ts';

/** Answers by key, each for `ageMs`, `most` of them at most; errors are not kept. */
export class ShortMemory<T> {
  readonly #clock: Clock;
  readonly #ageMs: number;
  readonly #answers: RecentMap<{ readonly until: number; readonly answer: Promise<Result<T, SluiceError>> }>;

  constructor(clock: Clock, { ageMs, most }: { readonly ageMs: number; readonly most: number }) {
    this.#clock = clock;
    this.#ageMs = ageMs;
    this.#answers = new RecentMap(most);
  }

  /** The answer that is known, or asks; whoever comes while it is being asked gets the same one. */
  async recall(key: string, ask: () => Promise<Result<T, SluiceError>>): Promise<Result<T, SluiceError>> {
    const known = this.#answers.get(key);
    if (known !== undefined && this.#clock.monotonicMs() < known.until) return known.answer;
    const entry = { until: this.#clock.monotonicMs() + this.#ageMs, answer: ask() };
    this.#answers.set(key, entry);
    const result = await entry.answer;
    if (!result.ok && this.#answers.get(key) === entry) this.#answers.set(key, { ...entry, until: 0 });
    return result;
  }
}
