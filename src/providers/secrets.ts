import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { FetchClock } from './clock.ts';

/** Texts of a Secret, by key. */
export type SecretTexts = Readonly<Record<string, string>>;

/** Port: one live GET of a Secret; undefined when it does not exist. */
export type ReadSecret = (
  namespace: string,
  name: string,
) => Promise<Result<SecretTexts | undefined, SluiceError>>;

/** A Secret is looked at again after this time. */
const keptMs = 5_000;

interface Kept {
  readonly atMs: number;
  readonly answer: ReturnType<ReadSecret>;
}

/** The Secrets of one provider object, kept for a few seconds. */
export class Secrets {
  readonly #clock: Pick<FetchClock, 'monotonicMs'>;
  readonly #read: ReadSecret;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Pick<FetchClock, 'monotonicMs'>, read: ReadSecret) {
    this.#clock = clock;
    this.#read = read;
  }

  /** Forgets what is kept: the next look asks anew. */
  forget(): void {
    this.#kept.clear();
  }

  /**
   * The texts of a Secret. `field` of the provider object, for messages, names it. Errors: malformed, naming it, when it does not exist; those of
   * the API server.
   */
  async look(namespace: string, name: string, field: string): Promise<Result<SecretTexts, SluiceError>> {
    const found = await this.#fresh(namespace, name);
    const what = `Secret "${namespace}/${name}", which ${field} names,`;
    if (!found.ok) {
      // Only what lasts a moment is kept: a failure is none.
      this.#kept.delete(name);
      return err({ ...found.error, message: `${what} cannot be read: ${found.error.message}` });
    }
    if (found.value === undefined)
      return err(failure('malformed', `${what} does not exist; create it or correct ${field}`));
    return ok(found.value);
  }

  #fresh(namespace: string, name: string): ReturnType<ReadSecret> {
    const kept = this.#kept.get(name);
    const nowMs = this.#clock.monotonicMs();
    if (kept !== undefined && nowMs - kept.atMs < keptMs) return kept.answer;
    const answer = this.#read(namespace, name);
    this.#kept.set(name, { atMs: nowMs, answer });
    return answer;
  }
}
