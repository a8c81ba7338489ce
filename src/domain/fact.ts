import type { KeptnAppVersion } from '../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../api/lifecycle/v1/keptn-workload-version.ts';
import type { State } from '../api/lifecycle/v1/shared.ts';

/** What can happen to a version: as a whole, to one of its phases, or to one check of a phase. */
export const factKinds = [
  'version-started',
  'version-ended',
  'phase-started',
  'phase-ended',
  'check-started',
  'check-ended',
] as const;
export type FactKind = (typeof factKinds)[number];

/** The phase that a fact is about, by the names in domain/phases.ts. */
export interface FactPhase {
  readonly name: string;
  readonly longName: string;
  /** How often checks of the phase were asked for again when this happened; 0 for the first time. */
  readonly attempt: number;
}

/** The check that a fact is about. */
export interface FactCheck {
  readonly kind: 'KeptnTask' | 'KeptnEvaluation';
  /** Name of the KeptnTask or KeptnEvaluation. */
  readonly name: string;
  readonly definition: string;
  /** 0 for the first time, then how often it was asked for again. */
  readonly attempt: number;
}

interface FactBase {
  /**
   * The same for the same happening, whoever derives it and whenever: a hash of the uid of the version, of what happened
   * and of its attempt. 16 hex digits.
   */
  readonly id: string;
  readonly kind: FactKind;
  /**
   * When it happened, to the millisecond where that is on record, else to the second. Facts of one version are in the
   * order of this time. It may become more exact later on; the id tells a fact, not its time.
   */
  readonly at: Date;
  readonly phase?: FactPhase;
  readonly check?: FactCheck;
  /** Of an end: Succeeded, Failed, Warning or Deprecated. Of a start: Progressing. */
  readonly state: State;
}

/** Something that happened to a release, derived from the version object that records it. */
export type Fact =
  | (FactBase & { readonly level: 'App'; readonly version: KeptnAppVersion })
  | (FactBase & { readonly level: 'Workload'; readonly version: KeptnWorkloadVersion });
