import { judgeRollout } from '../../domain/rollout.ts';
import type { WaitsOn } from '../../kernel/outcome.ts';
import type { WorkloadVersionSnapshot } from './observe.ts';

/** Where a rollout stands at this moment, and in how many milliseconds a deadline changes that. */
export interface TimedRollout {
  readonly observed: {
    readonly state: 'Progressing' | 'Succeeded' | 'Failed';
    readonly message: string;
    readonly on: readonly WaitsOn[];
  };
  readonly deadlineMs: number;
}

/** Judges the rollout under the observabilityTimeout in force, counted from when the gates were lifted. Pure. */
export function timedRollout({ version, rollout, config, now }: WorkloadVersionSnapshot): TimedRollout {
  const started = version.status?.deploymentStartTime;
  const elapsedMs = started === undefined ? 0 : now.getTime() - Date.parse(started);
  const { state, message, againMs } = judgeRollout(rollout, elapsedMs);
  const leftMs = config.observabilityTimeoutMs - elapsedMs;
  const on = [{ kind: rollout.subject.kind, name: rollout.subject.name }];
  const deadlineMs = Math.min(leftMs, againMs ?? leftMs);
  if (state === 'Succeeded' || state === 'Failed') return { observed: { state, message, on }, deadlineMs };
  if (leftMs > 0) return { observed: { state: 'Progressing', message, on }, deadlineMs };
  const seconds = config.observabilityTimeoutMs / 1000;
  const late = `not rolled out within ${seconds} s (${config.timeoutFrom}): ${message}`;
  return { observed: { state: 'Failed', message: late, on }, deadlineMs };
}
