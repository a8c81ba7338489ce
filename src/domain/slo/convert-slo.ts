import { storedVersion } from '../../api/kind.ts';
import { type AnalysisDefinition, analysisDefinitionKind } from '../../api/metrics/v1/analysis-definition.ts';
import type { Target } from '../../api/metrics/v1/target.ts';
import type { SloFile, SloObjective } from '../../api/slo/slo-file.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { comparesWithEarlier } from '../objective-target.ts';
import { quantityToNumber } from '../quantity.ts';
import { convertTarget } from './convert-objective.ts';
import { type Converted, namelessIndicator } from './convert-sli.ts';
import { readPercentage } from './evaluate.ts';
import { lookBackOf } from './history.ts';
import { counts } from './indicator.ts';
import { nameCollisions, templateName } from './resource-name.ts';

type Spec = AnalysisDefinition['spec'];

/** The definition to make. */
export interface DefinitionNames {
  readonly name: string;
  /** Where its templates are; absent: in the namespace of the definition. */
  readonly templateNamespace?: string;
}

/**
 * Makes an AnalysisDefinition of slo.yaml: relative criteria compare with earlier Analyses, and objectives without criteria to
 * pass have the weight 0, for they did not count. Errors: malformed, naming the objective and the criterion, or the field.
 * Pure. Source: Keptn's converter.
 */
export function convertSlo(file: SloFile, names: DefinitionNames): Result<Converted, SluiceError> {
  const warnings: string[] = [...nameCollisions(file.objectives.map(({ sli }) => sli))];
  const objectives: object[] = [];
  let compares = false;
  for (const objective of file.objectives) {
    const target = targetOf(objective);
    if (!target.ok) return target;
    warnings.push(...target.value.warnings);
    compares ||= comparesWithEarlier(target.value.target);
    const name = templateName(objective.sli);
    if (name === '') return err(failure('malformed', namelessIndicator(objective.sli)));
    objectives.push(
      objectiveOf(objective, { name, namespace: names.templateNamespace }, target.value.target),
    );
  }
  if (objectives.length === 0) warnings.push('the file has no objectives: every Analysis will fail');
  else if (!file.objectives.some(counts)) {
    warnings.push('no objective counts: such a file passed always, and every Analysis will fail with 0 %');
  }
  const total = totalScoreOf(file.total_score);
  if (!total.ok) return total;
  const compareWith = compares ? compareWithOf(file, warnings) : undefined;
  warnings.push(...total.value.warnings);
  return ok({
    objects: [
      {
        apiVersion: `${analysisDefinitionKind.group}/${storedVersion(analysisDefinitionKind)}`,
        kind: analysisDefinitionKind.kind,
        metadata: { name: names.name },
        spec: {
          objectives,
          totalScore: total.value.totalScore,
          ...(compareWith === undefined ? {} : { compareWith }),
        },
      },
    ],
    warnings,
  });
}

function targetOf(
  objective: SloObjective,
): Result<{ target: Target; warnings: readonly string[] }, SluiceError> {
  if (counts(objective)) return convertTarget(objective);
  const lost =
    objective.warning.length === 0
      ? []
      : [
          `objective "${objective.sli}": warning criteria without pass criteria never counted; they are left out`,
        ];
  return ok({ target: {}, warnings: lost });
}

function objectiveOf(
  objective: SloObjective,
  template: { readonly name: string; readonly namespace: string | undefined },
  target: Target,
): object {
  const weight = counts(objective) ? objective.weight : 0;
  return {
    analysisValueTemplateRef: {
      name: template.name,
      ...(template.namespace === undefined ? {} : { namespace: template.namespace }),
    },
    target,
    ...(weight === 1 ? {} : { weight }),
    ...(objective.key_sli ? { keyObjective: true } : {}),
  };
}

interface Total {
  readonly totalScore: Spec['totalScore'];
  readonly warnings: readonly string[];
}

/** A definition has whole percentages from 0 to 100 and needs the one to warn, below the one to pass. */
function totalScoreOf(total: SloFile['total_score']): Result<Total, SluiceError> {
  const warnings: string[] = [];
  const pass = percentageOf('pass', total?.pass, warnings);
  if (!pass.ok) return pass;
  const given = total?.warning;
  const warning = given ? percentageOf('warning', given, warnings) : undefined;
  if (warning !== undefined && !warning.ok) return warning;
  if (warning !== undefined && warning.value < pass.value) {
    return ok({ totalScore: { passPercentage: pass.value, warningPercentage: warning.value }, warnings });
  }
  if (pass.value === 0) {
    return err(
      failure('malformed', 'total_score.pass: 0 % leaves no room for a warning below it; write 1 % or more'),
    );
  }
  const below = pass.value - 1;
  const why = given
    ? `total_score.warning "${given}" is not below total_score.pass`
    : 'total_score.warning is not given';
  warnings.push(`${why}, but a definition needs one: it becomes ${below} %, and a score from there on warns`);
  return ok({ totalScore: { passPercentage: pass.value, warningPercentage: below }, warnings });
}

function percentageOf(
  field: 'pass' | 'warning',
  text: string | undefined,
  warnings: string[],
): Result<number, SluiceError> {
  const read = readPercentage(text ?? '');
  const exact = read.ok ? quantityToNumber(read.value) : Number.NaN;
  if (!(exact >= 0 && exact <= 100)) {
    const given = text === undefined ? 'is not given' : `"${text}" is no percentage from 0 to 100`;
    return err(failure('malformed', `total_score.${field} ${given}; write for example "90%"`));
  }
  const whole = Math.round(exact);
  if (whole !== exact)
    warnings.push(
      `total_score.${field} "${text}" is rounded to ${whole} %, as a definition has whole percentages`,
    );
  return ok(whole);
}

/** Most earlier results that a definition looks at. */
const mostResults = 100;
/** The arguments that converted queries have; in Keptn v1 a history was that of one of each. */
const sameArgs = ['project', 'stage', 'service'];

function compareWithOf(file: SloFile, warnings: string[]): Spec['compareWith'] {
  const { results, include, aggregate } = lookBackOf(file.comparison);
  if (results > mostResults)
    warnings.push(
      `comparison: ${results} results become ${mostResults}, the most that a definition looks at`,
    );
  if (aggregate === undefined) {
    warnings.push(
      `comparison.aggregate_function "${file.comparison?.aggregate_function}" was not known and gave 0; it becomes avg`,
    );
  }
  return {
    results: Math.min(Math.max(results, 1), mostResults),
    include: include === 'pass_or_warn' ? 'passOrWarning' : include,
    aggregate: aggregate ?? 'avg',
    sameArgs: [...sameArgs],
  };
}
