import type { Asked } from './sequence.ts';

/** One run of a check, and what it was run for. */
export interface Run {
  readonly definition: string;
  readonly checkType: string;
  /** The uid of the KeptnWorkloadVersion or KeptnAppVersion. */
  readonly owner: string;
  readonly level: 'workload' | 'app';
  /** The versions of workloads, as `name@version`, that the owner stands for. */
  readonly covers: readonly string[];
}

interface Record {
  readonly run: Run;
  readonly passed: boolean;
}

/**
 * The model: which checks have passed for which versions, hence which pods may be let go. It knows only what the test
 * itself decided, never what Sluice says.
 */
export class Truth {
  readonly #appPre: readonly string[];
  readonly #asked = new Map<string, Asked>();
  readonly #records = new Set<Record>();

  constructor(appPre: readonly string[]) {
    this.#appPre = appPre;
  }

  /** A version of a workload, as `name@version`, was asked for with these checks. */
  ask(key: string, asked: Asked): void {
    this.#asked.set(key, asked);
  }

  /** A check ends. To be told before Sluice can know; gives a way to take it back. */
  end(run: Run, passed: boolean): () => void {
    const record = { run, passed };
    this.#records.add(record);
    return () => {
      this.#records.delete(record);
    };
  }

  /** Why pods of that version may not be let go yet; undefined when they may. */
  whyHeld(key: string): string | undefined {
    const asked = this.#asked.get(key);
    if (asked === undefined) return `nobody asked for ${key}`;
    if (!this.#hasPassed('workload', key, asked.pre))
      return `not all of its checks have passed: ${asked.pre.join(', ')}`;
    if (!this.#hasPassed('app', key, this.#appPre))
      return `not all checks of its app have passed: ${this.#appPre.join(', ')}`;
    return undefined;
  }

  /** True when a check before the deployment failed: its own in this very object, or one of an app that lists it. */
  mayStayHeld(key: string, owner: string): boolean {
    return [...this.#records].some(
      ({ run, passed }) => !passed && run.checkType === 'pre' && (run.owner === owner || isOfApp(run, key)),
    );
  }

  /** True when any check of that object failed. */
  hasFailed(owner: string): boolean {
    return [...this.#records].some(({ run, passed }) => !passed && run.owner === owner);
  }

  #hasPassed(level: Run['level'], key: string, needed: readonly string[]): boolean {
    const passed = new Map<string, Set<string>>();
    for (const { run, passed: good } of this.#records) {
      if (!good || run.level !== level || run.checkType !== 'pre' || !run.covers.includes(key)) continue;
      passed.set(run.owner, (passed.get(run.owner) ?? new Set()).add(run.definition));
    }
    return needed.length === 0 || [...passed.values()].some((set) => needed.every((one) => set.has(one)));
  }
}

function isOfApp({ level, covers }: Run, key: string): boolean {
  return level === 'app' && covers.includes(key);
}
