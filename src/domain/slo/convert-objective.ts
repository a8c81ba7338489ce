import type { Comparison, Operator, Target } from '../../api/metrics/v1/target.ts';
import type { CriteriaGroup, SloObjective } from '../../api/slo/slo-file.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { compareQuantities, type Quantity, quantityOfDecimal, quantityToNumber } from '../quantity.ts';
import { hasOffset, isLooser, type Split, splitRelative, toComparison } from './convert-relative.ts';
import { type Criterion, parseCriterion } from './criterion.ts';
import {
  type Bound,
  cutsOf,
  isWithin,
  outside,
  type Region,
  regionOf,
  type Said,
  sayRegion,
} from './region.ts';

/** A target, and what got lost on the way, for people. */
export interface ConvertedTarget {
  readonly target: Target;
  readonly warnings: readonly string[];
}

/** A criterion with a fixed threshold. */
interface FixedCriterion extends Bound {
  readonly text: string;
}
type FixedGroups = readonly (readonly FixedCriterion[])[];

/**
 * Makes a target of the criteria of an objective that has some to pass: failure where neither pass nor warning held,
 * warning where pass did not. Error: malformed, naming objective and criterion. Pure. Source: Keptn's converter; where that
 * one changed the meaning without a word, the meaning is kept, or what is lost is told.
 */
export function convertTarget(objective: SloObjective): Result<ConvertedTarget, SluiceError> {
  const pass = parseGroups(objective.sli, objective.pass);
  if (!pass.ok) return pass;
  const warning = parseGroups(objective.sli, objective.warning);
  if (!warning.ok) return warning;
  const warnings: string[] = [];
  const tell = (text: string) => warnings.push(`objective "${objective.sli}": ${text}`);
  const passing = splitPass(pass.value, tell);
  const warned = splitWarning(warning.value, passing.relative, tell);
  const fixed = convertFixed(passing, warned.fixed.map(toFixed), tell);
  const comparison = convertRelative(passing.relative, warned.relative, fixed, tell);
  const { failure: failed, warning: doubtful } = fixed;
  const target: Target = {
    ...(failed === undefined ? {} : { failure: failed }),
    ...(doubtful === undefined ? {} : { warning: doubtful }),
    ...(comparison === undefined ? {} : { comparison }),
  };
  return ok({ target, warnings });
}

function parseGroups(
  sli: string,
  groups: readonly CriteriaGroup[],
): Result<readonly (readonly Criterion[])[], SluiceError> {
  const parsed: Criterion[][] = [];
  for (const { criteria } of groups) {
    const group: Criterion[] = [];
    for (const text of criteria) {
      const criterion = parseCriterion(text);
      const why = criterion.ok ? unusable(criterion.value) : criterion.error.message;
      if (why !== undefined) {
        const remedy = 'write an operator and a number, such as "<600" or "<=+10%"';
        return err(failure('malformed', `objective "${sli}", criterion "${text}": ${why}; ${remedy}`));
      }
      if (criterion.ok) group.push(criterion.value);
    }
    parsed.push(group);
  }
  return ok(parsed);
}

function unusable(criterion: Criterion): string | undefined {
  if (!Number.isFinite(criterion.value)) return 'no threshold can be infinite or NaN';
  return criterion.relative !== undefined && !hasOffset(criterion)
    ? 'an offset has at most 24 digits'
    : undefined;
}

function toFixed(group: readonly Criterion[]): readonly FixedCriterion[] {
  return group.flatMap(({ text, operator, number }) => {
    const at = quantityOfDecimal(number);
    return at.ok ? [{ text, operator, at: at.value }] : [];
  });
}

interface Fixed {
  readonly failure?: Operator | undefined;
  readonly warning?: Operator | undefined;
  /** Whether warnings are still told apart from failures. */
  readonly warns: boolean;
  /** Whether all that passes is also within what warns. */
  readonly within: boolean;
}

type Tell = (text: string) => void;

/** Of groups that have only relative criteria, and different ones, the first has to do. */
function splitPass(groups: readonly (readonly Criterion[])[], tell: Tell): Split {
  const split = splitRelative(groups, 'pass', tell);
  if (split.fixed.length > 0) return split;
  const first = splitRelative(groups.slice(0, 1), 'pass', () => undefined);
  return { relative: first.relative, fixed: [[]] };
}

/** A relative criterion to warn has its place beside a stricter one to pass only. */
function splitWarning(
  groups: readonly (readonly Criterion[])[],
  pass: Criterion | undefined,
  tell: Tell,
): Split {
  const { relative, fixed } = splitRelative(groups, 'warning', tell);
  if (relative === undefined || (pass !== undefined && isLooser(relative, pass))) return { relative, fixed };
  tell(`warning criterion "${relative.text}" is left out: no target can tell it from the pass criteria`);
  return { relative: undefined, fixed: fixed.filter((group) => group.length > 0) };
}

function convertFixed({ relative, fixed }: Split, warned: FixedGroups, tell: Tell): Fixed {
  const passing = fixed.map(toFixed);
  const cuts = cutsOf([...passing, ...warned].flat());
  const pass = possible(passing, cuts, tell);
  const warning = regionOf(warned, cuts);
  const none = regionOf([], cuts);
  const edges = edgesTeller([...passing, ...warned].flat(), tell);
  if (warned.length > 0 && !warning.includes(true)) {
    tell(`the warning criteria ${listed(warned)} contradict each other and never held; they are left out`);
  } else if (warned.length > 0) {
    const both = convertBoth(pass, warning, { cuts, warned, compared: relative !== undefined, tell });
    if (both !== undefined) {
      edges(both.failed, both.doubtful);
      const within = isWithin(pass, warning);
      return { failure: both.failed.operator, warning: both.doubtful.operator, warns: true, within };
    }
    tell(
      `no target can tell the warning criteria ${listed(warned)} from failure; what only warned now fails`,
    );
  }
  const failed = sayRegion(outside(pass, none), cuts) ?? firstOnly(passing, cuts, tell);
  edges(failed);
  return { failure: failed.operator, warns: false, within: true };
}

/** What passes; criteria that contradict each other are read as Keptn's converter did. */
function possible(passing: FixedGroups, cuts: readonly Quantity[], tell: Tell): Region {
  const region = regionOf(passing, cuts);
  if (region.includes(true)) return region;
  const [first, second] = passing[0] ?? [];
  const two = [first, second].filter((one) => one !== undefined);
  tell(
    `the pass criteria ${listed(passing)} contradict each other and never held; ${listed([two])} are kept`,
  );
  const narrowed = regionOf([two], cuts);
  return narrowed.includes(true)
    ? narrowed
    : regionOf(
        two.map((one) => [one]),
        cuts,
      );
}

interface Both {
  readonly failed: Said;
  readonly doubtful: Said;
}

function convertBoth(
  pass: Region,
  warning: Region,
  {
    cuts,
    warned,
    compared,
    tell,
  }: { cuts: readonly Quantity[]; warned: FixedGroups; compared: boolean; tell: Tell },
): Both | undefined {
  const inside = !compared && isWithin(warning, pass) && !isWithin(pass, warning);
  const failed = sayRegion(outside(pass, inside ? pass : warning), cuts);
  const doubtful = sayRegion(inside ? warning : outside(pass, pass), cuts);
  if (failed === undefined || doubtful === undefined) return undefined;
  if (inside) {
    tell(
      `the warning criteria ${listed(warned)} lie within the pass criteria, which came first; now they do warn`,
    );
  }
  return { failed, doubtful };
}

function firstOnly(passing: FixedGroups, cuts: readonly Quantity[], tell: Tell): Said {
  const [first, ...others] = passing;
  const nothing: Said = { operator: undefined, edges: [] };
  if (first === undefined || others.length === 0) return nothing;
  tell(
    `no target can say all pass criteria; ${listed(others)} are left out, and what met only them now fails`,
  );
  return sayRegion(outside(regionOf([first], cuts), regionOf([], cuts)), cuts) ?? nothing;
}

function listed(groups: FixedGroups): string {
  return groups.map((group) => group.map(({ text }) => `"${text}"`).join(' and ')).join(' or ');
}

/** Tells for which thresholds a range is not exact. */
function edgesTeller(criteria: readonly FixedCriterion[], tell: Tell): (...said: readonly Said[]) => void {
  return (...said) => {
    const edges = said.flatMap((one) => one.edges);
    const lossy = criteria.filter(({ at }) => edges.some((edge) => compareQuantities(edge, at) === 0));
    for (const text of new Set(lossy.map((one) => one.text))) {
      const at = lossy.find((one) => one.text === text)?.at;
      const value = at === undefined ? '' : quantityToNumber(at);
      tell(
        `criterion "${text}": a range includes its bounds, so that exactly ${value} is judged the other way`,
      );
    }
  };
}

function convertRelative(
  pass: Criterion | undefined,
  warning: Criterion | undefined,
  { warns, within }: Fixed,
  tell: Tell,
): Target['comparison'] {
  if (pass === undefined) return undefined;
  const missed: Comparison = toComparison(pass);
  if (!warns) return { failure: missed };
  if (!within) {
    tell(
      `criterion "${pass.text}": what misses it alone now warns, also where the warning criteria did not hold`,
    );
  }
  return { ...(warning === undefined ? {} : { failure: toComparison(warning) }), warning: missed };
}
