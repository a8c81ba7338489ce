import type { ItemStatus, State } from '../api/lifecycle/v1/shared.ts';
import type { WaitsOn } from '../kernel/outcome.ts';
import type { CheckPhase, ChecksField, ItemsField, Phase, PhaseField } from './phases.ts';

/** When a phase began and ended, RFC 3339 with milliseconds. */
export interface PhaseTime {
  readonly startTime: string;
  readonly endTime?: string | undefined;
}

/** The times of a version's phases by their short names; a phase that never began has none. */
export type PhaseTimes = Readonly<Record<string, PhaseTime>>;

/** The fields of a version's status that the phases write, at either level. */
export type PhaseStatus = { [F in PhaseField]?: State | undefined } & {
  [F in ItemsField]?: readonly ItemStatus[] | undefined;
} & {
  readonly status?: State | undefined;
  readonly currentPhase?: string | undefined;
  readonly startTime?: string | undefined;
  readonly endTime?: string | undefined;
  readonly phaseTimes?: PhaseTimes | undefined;
};

/** What is known of the KeptnTask or KeptnEvaluation of one check. */
export interface CheckChild {
  readonly state: State;
  readonly startTime?: string | undefined;
  readonly endTime?: string | undefined;
  /** Why it failed or what it waits for. */
  readonly message?: string | undefined;
}

/** What is known of one check that a version names. */
export interface ObservedCheck {
  readonly phase: string;
  readonly definition: string;
  /** The deterministic name of its child. */
  readonly childName: string;
  readonly child?: CheckChild | undefined;
  /** False when the definition exists neither in the namespace nor in Sluice's own. */
  readonly defined: boolean;
}

/** What is known of the deployment phase. */
export interface ObservedDeployment {
  readonly state: State;
  readonly message: string;
  readonly on: readonly WaitsOn[];
}

/** All that the phases of one version depend on. */
export interface PhaseInput {
  readonly phases: readonly Phase[];
  readonly previous: PhaseStatus;
  readonly checks: { readonly [F in ChecksField]?: readonly string[] | undefined };
  readonly observed: readonly ObservedCheck[];
  readonly deployment: ObservedDeployment;
  /** What runs when the version failed; absent where nothing may. */
  readonly onFailure?: CheckPhase | undefined;
  /** False: a failed check is recorded as a Warning and the next phase begins. */
  readonly blocking: boolean;
  readonly now: Date;
}

/** Where a version stands that is not through: which phase, why, and what would move it. */
export interface OpenPhase {
  readonly phase: Phase;
  readonly why: 'running' | 'missing-definition' | 'deploying' | 'failed';
  readonly message: string;
  readonly on: readonly WaitsOn[];
}

/** The next status, the children to make, and where the version stands. */
export interface PhaseStep {
  readonly status: PhaseStatus;
  readonly create: readonly { readonly phase: CheckPhase; readonly check: ObservedCheck }[];
  readonly open?: OpenPhase;
}

/** What one phase comes to in one step. */
export interface PhaseResult {
  readonly state: State;
  readonly items?: readonly ItemStatus[];
  readonly create: PhaseStep['create'];
  readonly open: OpenPhase;
  readonly empty: boolean;
}
