import type { CriteriaGroup, SloObjective } from '../../api/slo/slo-file.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { type Criterion, meets, parseCriterion, targetValue } from './criterion.ts';
import type { SliValue } from './history.ts';

/** One criterion as it came out. */
export interface TargetResult {
  readonly criteria: string;
  readonly targetValue: number;
  readonly violated: boolean;
}

/** One objective as it came out; part of the event evaluation.finished. */
export interface IndicatorResult {
  readonly score: number;
  readonly value: SliValue & { readonly comparedValue: number };
  readonly displayName: string;
  readonly passTargets: readonly TargetResult[];
  readonly warningTargets: readonly TargetResult[];
  readonly keySli: boolean;
  readonly status: 'pass' | 'warning' | 'fail' | 'info';
}

/** Whether an objective counts; without criteria to pass it only informs. Pure. */
export function counts({ pass }: SloObjective): boolean {
  return pass.length > 0;
}

interface Groups {
  readonly held: boolean;
  readonly targets: readonly TargetResult[];
}

/**
 * Judges the value of one indicator. `earlier` is the value that relative criteria start from; without one they hold.
 * Error: malformed, naming the objective, for a criterion to pass that cannot be read; one for a warning is as if it were
 * not met. Pure. Source: Keptn v1, spec 5.3 to 5.5.
 */
export function judgeIndicator(
  objective: SloObjective,
  value: SliValue | undefined,
  earlier: number | undefined,
): Result<IndicatorResult, SluiceError> {
  const { sli, displayName, pass, warning, weight, key_sli: keySli } = objective;
  const usable = value?.success === true && Number.isFinite(value.value);
  const judge = (groups: readonly CriteriaGroup[]) =>
    judgeGroups(groups, usable ? value.value : undefined, earlier);
  const passed = judge(pass);
  if (!passed.ok)
    return err(failure('malformed', `error with ${displayName || sli}: ${passed.error.message}`));
  const warned = judge(warning);
  const targets = {
    displayName,
    passTargets: passed.value.targets,
    warningTargets: warned.ok ? warned.value.targets : [],
  };
  if (!usable) {
    const missing = { metric: sli, value: 0, success: false, comparedValue: 0, message: whyMissing(value) };
    return ok({ ...targets, score: 0, value: missing, keySli: false, status: 'fail' });
  }
  const status = statusOf(counts(objective), passed.value.held, warned.ok && warned.value.held);
  const score = { pass: weight, warning: weight / 2, fail: 0, info: 0 }[status];
  return ok({ ...targets, score, value: { ...value, comparedValue: earlier ?? 0 }, keySli, status });
}

function whyMissing(value: SliValue | undefined): string {
  if (value?.success === true) return 'the value is not a finite number';
  return value?.message || 'no value received from SLI provider';
}

function statusOf(counting: boolean, passed: boolean, warned: boolean): IndicatorResult['status'] {
  if (!counting) return 'info';
  if (passed) return 'pass';
  return warned ? 'warning' : 'fail';
}

/** Holds when one group does, and a group when all of its criteria do. All are looked at, for the record. */
function judgeGroups(
  groups: readonly CriteriaGroup[],
  value: number | undefined,
  earlier: number | undefined,
): Result<Groups, SluiceError> {
  const targets: TargetResult[] = [];
  let held = false;
  for (const { criteria } of groups) {
    const group: TargetResult[] = [];
    for (const text of criteria) {
      const criterion = parseCriterion(text);
      if (!criterion.ok) return criterion;
      group.push(judgeCriterion(criterion.value, value, earlier));
    }
    held ||= group.every(({ violated }) => !violated);
    targets.push(...group);
  }
  return ok({ held, targets });
}

function judgeCriterion(
  criterion: Criterion,
  value: number | undefined,
  earlier: number | undefined,
): TargetResult {
  const { text, operator, relative } = criterion;
  // Keptn told the earlier value as it is where there is nothing to hold against it.
  const plain = relative === undefined ? criterion.value : (earlier ?? 0);
  if (value === undefined) return { criteria: text, targetValue: plain, violated: true };
  if (relative !== undefined && earlier === undefined)
    return { criteria: text, targetValue: 0, violated: false };
  const target = targetValue(criterion, earlier ?? 0);
  return { criteria: text, targetValue: target, violated: !meets(operator, value, target) };
}
