import type { AnalysisValueTemplate } from '../../api/metrics/v1/analysis-value-template.ts';
import { metricsVersion } from '../../api/metrics/v1/group.ts';
import { reasons } from '../../api/reasons.ts';
import { type ConditionClaim, setConditions } from '../../domain/condition.ts';
import type { Decision } from '../../domain/decision.ts';
import { applyStatus, refTo } from '../../domain/object-ref.ts';
import { parseQueryTemplate } from '../../domain/query-template.ts';
import { done } from '../../kernel/outcome.ts';

/** All that the decision on an AnalysisValueTemplate reads. */
export interface ValueTemplateSnapshot {
  readonly template: AnalysisValueTemplate;
  /** Whether its provider is there; undefined where only a definition can say which one is meant. */
  readonly hasProvider: boolean | undefined;
  readonly now: Date;
}

/** Decides what a template's status says: whether its query can be read and its provider is there. Pure. */
export function decideValueTemplate(snapshot: ValueTemplateSnapshot): Decision {
  const { metadata, status } = snapshot.template;
  const stamp = { now: snapshot.now, generation: metadata.generation };
  const conditions = setConditions(status?.conditions, [judge(snapshot)], stamp);
  const ref = refTo(metricsVersion, 'AnalysisValueTemplate', metadata);
  return { actions: [applyStatus(ref, { conditions })], outcome: done };
}

function judge({ template, hasProvider }: ValueTemplateSnapshot): ConditionClaim {
  const parsed = parseQueryTemplate(template.spec.query);
  if (!parsed.ok) {
    const message = `spec.query, ${parsed.error.message}; correct it`;
    return { type: 'Ready', status: 'False', reason: reasons.invalidQuery, message };
  }
  const { name, namespace = '' } = template.spec.provider;
  if (hasProvider === false) {
    const message = `KeptnMetricsProvider "${name}" does not exist in namespace "${namespace}"; create it or correct spec.provider`;
    return { type: 'Ready', status: 'False', reason: reasons.missingProvider, message };
  }
  const message =
    hasProvider === undefined
      ? `the query can be read; KeptnMetricsProvider "${name}" is looked for beside each AnalysisDefinition`
      : 'the query can be read and its provider is there';
  return { type: 'Ready', status: 'True', reason: reasons.valid, message };
}
