import type { Condition } from '../api/lifecycle/v1/shared.ts';

/** A condition without its bookkeeping. */
export interface ConditionClaim {
  readonly type: 'Ready' | 'Gated' | 'Progressing' | 'Stalled' | 'ReceiversTold';
  readonly status: 'True' | 'False' | 'Unknown';
  /** PascalCase, from api/reasons.ts. */
  readonly reason: string;
  readonly message: string;
}

/** What stamps a set of conditions. */
export interface ConditionStamp {
  readonly now: Date;
  readonly generation: number | undefined;
}

/** Kubernetes refuses longer messages (metav1.Condition). */
const maxMessage = 32_768;

/**
 * Conditions for these claims: the transition time of one whose status did not change stays. Pure.
 * Source: metav1.Condition.
 */
export function setConditions(
  previous: readonly Condition[] | undefined,
  claims: readonly ConditionClaim[],
  stamp: ConditionStamp,
): Condition[] {
  return claims.map((claim) => {
    const before = previous?.find(({ type }) => type === claim.type);
    const unchanged = before?.status === claim.status ? before.lastTransitionTime : undefined;
    return {
      ...claim,
      message: claim.message.slice(0, maxMessage),
      lastTransitionTime: unchanged ?? formatTime(stamp.now),
      ...(stamp.generation === undefined ? {} : { observedGeneration: stamp.generation }),
    };
  });
}

/** RFC 3339 in UTC with a resolution of one second, as Kubernetes writes times. Pure. */
export function formatTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
