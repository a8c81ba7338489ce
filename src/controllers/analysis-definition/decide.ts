import type { AnalysisDefinition } from '../../api/metrics/v1/analysis-definition.ts';
import type { AnalysisValueTemplate } from '../../api/metrics/v1/analysis-value-template.ts';
import { metricsVersion } from '../../api/metrics/v1/group.ts';
import { reasons } from '../../api/reasons.ts';
import { type ConditionClaim, setConditions } from '../../domain/condition.ts';
import type { Decision } from '../../domain/decision.ts';
import { applyStatus, refTo } from '../../domain/object-ref.ts';
import { parseQueryTemplate } from '../../domain/query-template.ts';
import { hidesWarning } from '../../domain/target-overlap.ts';
import { done } from '../../kernel/outcome.ts';

/** What was found of one objective. */
export interface ObservedObjective {
  readonly templateNamespace: string;
  readonly template: AnalysisValueTemplate | undefined;
  /** Where its provider was looked for. */
  readonly providerNamespaces: readonly string[];
  readonly hasProvider: boolean;
}

/** All that the decision on an AnalysisDefinition reads. */
export interface AnalysisDefinitionSnapshot {
  readonly definition: AnalysisDefinition;
  /** One for each objective, in their order. */
  readonly observed: readonly ObservedObjective[];
  readonly now: Date;
}

/** More would be a page. */
const mostTold = 10;

/** Decides what a definition's status says: whether its objectives can be measured, and what of it has no effect. Pure. */
export function decideAnalysisDefinition(snapshot: AnalysisDefinitionSnapshot): Decision {
  const { metadata, status } = snapshot.definition;
  const stamp = { now: snapshot.now, generation: metadata.generation };
  const conditions = setConditions(status?.conditions, [judge(snapshot)], stamp);
  const ref = refTo(metricsVersion, 'AnalysisDefinition', metadata);
  return { actions: [applyStatus(ref, { conditions })], outcome: done };
}

function judge({ definition, observed }: AnalysisDefinitionSnapshot): ConditionClaim {
  const lacking = observed.flatMap((one, i) => lackOf(definition, one, i));
  if (lacking.length > 0) {
    const reason = observed.some(({ template }) => template === undefined)
      ? reasons.missingTemplate
      : observed.some(({ hasProvider }) => !hasProvider)
        ? reasons.missingProvider
        : reasons.invalidQuery;
    return { type: 'Ready', status: 'False', reason, message: told(lacking) };
  }
  const odd = [...definition.spec.objectives.flatMap(contradiction), ...withoutWeight(definition)];
  if (odd.length > 0) {
    return { type: 'Ready', status: 'True', reason: reasons.contradiction, message: told(odd) };
  }
  const count = observed.length;
  const message = `an Analysis measures ${count} ${count === 1 ? 'objective' : 'objectives'}`;
  return { type: 'Ready', status: 'True', reason: reasons.valid, message };
}

function told(problems: readonly string[]): string {
  const distinct = [...new Set(problems)];
  const rest = distinct.length > mostTold ? [`and ${distinct.length - mostTold} more`] : [];
  return [...distinct.slice(0, mostTold), ...rest].join('; ');
}

function lackOf({ spec }: AnalysisDefinition, observed: ObservedObjective, i: number): string[] {
  const name = spec.objectives[i]?.analysisValueTemplateRef.name ?? '';
  const { template, templateNamespace, hasProvider, providerNamespaces } = observed;
  if (template === undefined) {
    return [
      `AnalysisValueTemplate "${name}" does not exist in namespace "${templateNamespace}"; create it or correct spec.objectives[${i}]`,
    ];
  }
  const parsed = parseQueryTemplate(template.spec.query);
  const unread = parsed.ok ? [] : [`spec.query of AnalysisValueTemplate "${name}", ${parsed.error.message}`];
  if (hasProvider) return unread;
  const where = providerNamespaces.map((one) => `"${one}"`).join(' or ');
  const provider = `KeptnMetricsProvider "${template.spec.provider.name}" of AnalysisValueTemplate "${name}"`;
  return [...unread, `${provider} does not exist in namespace ${where}`];
}

function contradiction(objective: AnalysisDefinition['spec']['objectives'][number], i: number): string[] {
  const { failure, warning } = objective.target;
  if (!hidesWarning(failure, warning)) return [];
  return [
    `spec.objectives[${i}].target.warning has no effect: target.failure holds wherever it does; correct one of them`,
  ];
}

function withoutWeight({ spec }: AnalysisDefinition): string[] {
  if (spec.objectives.some(({ weight }) => weight > 0)) return [];
  const why =
    spec.objectives.length === 0 ? 'it has no objectives' : 'the weights of its objectives add up to 0';
  return [`an Analysis never passes: ${why}`];
}
