import type { Analysis } from '../../api/metrics/v1/analysis.ts';
import type { AnalysisObjective } from '../../api/metrics/v1/analysis-definition.ts';
import type { AnalysisValueTemplate } from '../../api/metrics/v1/analysis-value-template.ts';
import { type KeptnMetricsProvider, readProviderType } from '../../api/metrics/v1/keptn-metrics-provider.ts';
import { reasons } from '../../api/reasons.ts';
import { aggregate } from '../../domain/aggregate.ts';
import type { MetricQuery, Reading } from '../../domain/metric-source.ts';
import { parseQueryTemplate } from '../../domain/query-template.ts';
import { parseDurationMs } from '../../kernel/duration.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import type { WaitsOn } from '../../kernel/outcome.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Window } from './timeframe.ts';

/** Why something cannot be measured until somebody changes an object. */
export interface Problem {
  readonly reason: string;
  readonly on: WaitsOn;
  /** Names the object, the field and what to do. */
  readonly message: string;
}

/** An object that was looked for. */
export interface Found<T> {
  readonly object: T | undefined;
  readonly name: string;
  /** Where it was looked for, in this order. */
  readonly lookedIn: readonly string[];
  /** Why one that exists cannot be read. */
  readonly unreadable: string | undefined;
}

/** What an objective names, as far as it exists. */
export interface ObjectiveParts {
  readonly objective: AnalysisObjective;
  readonly template: Found<AnalysisValueTemplate>;
  /** Undefined without a template. */
  readonly provider: Found<KeptnMetricsProvider> | undefined;
}

/** A problem with an object that is missing or cannot be read. Pure. */
export function absence(kind: string, found: Found<unknown>, reason: string, user: string): Problem {
  const { name, lookedIn, unreadable } = found;
  const on = { kind, namespace: lookedIn[0] ?? '', name };
  if (unreadable !== undefined) {
    return { reason, on, message: `${kind} "${name}" cannot be read: ${unreadable}; correct it` };
  }
  const where = lookedIn.map((namespace) => `"${namespace}"`).join(' nor in ');
  const verb = lookedIn.length > 1 ? 'exists neither in namespace' : 'does not exist in namespace';
  return { reason, on, message: `${kind} "${name}" ${verb} ${where}; create it or correct ${user}` };
}

/** The query of an objective with the arguments of the Analysis filled in, or why there is none. Pure. */
export function resolveQuery(
  { template: foundTemplate, provider: foundProvider }: ObjectiveParts,
  { spec, metadata }: Pick<Analysis, 'spec' | 'metadata'>,
  window: Window,
): Result<MetricQuery, Problem> {
  const template = foundTemplate.object;
  if (template === undefined) {
    const user = 'spec.objectives of the AnalysisDefinition';
    return err(absence('AnalysisValueTemplate', foundTemplate, reasons.missingTemplate, user));
  }
  const provider = foundProvider?.object;
  if (provider === undefined) return err(missingProvider(template, foundProvider));
  const type = readProviderType(provider.spec.type, provider.metadata.name);
  if (type === undefined) return err(unknownType(provider));
  const where = `spec.query of AnalysisValueTemplate "${template.metadata.name}"`;
  const parsed = parseQueryTemplate(template.spec.query);
  if (!parsed.ok) return err(badQuery(template, `${where}, ${parsed.error.message}; correct it`));
  const rendered = parsed.value.render(spec.args ?? {}, type);
  if (!rendered.ok) {
    const on = { kind: 'Analysis', name: metadata.name, field: 'spec.args' };
    return err({ reason: reasons.invalidArgument, on, message: `${where}, ${rendered.error.message}` });
  }
  const metricPath = template.spec.metricPath ?? spec.args?.['metricPath'];
  return ok({
    provider,
    text: rendered.value,
    window,
    purpose: 'analysis',
    ...(metricPath === undefined ? {} : { metricPath }),
    ...stepOf(template),
  });
}

function missingProvider(
  template: AnalysisValueTemplate,
  found: Found<KeptnMetricsProvider> | undefined,
): Problem {
  const { name } = template.spec.provider;
  const user = `spec.provider of AnalysisValueTemplate "${template.metadata.name}"`;
  const nowhere = { object: undefined, name, lookedIn: [], unreadable: undefined };
  return absence('KeptnMetricsProvider', found ?? nowhere, reasons.missingProvider, user);
}

function unknownType({ metadata, spec }: KeptnMetricsProvider): Problem {
  const on = { kind: 'KeptnMetricsProvider', name: metadata.name, field: 'spec.type' };
  const message = `KeptnMetricsProvider "${metadata.name}": spec.type "${spec.type ?? ''}" is no backend that is known; correct it`;
  return { reason: reasons.missingProvider, on, message };
}

/** A problem with the query of a template. Pure. */
export function badQuery({ metadata }: AnalysisValueTemplate, message: string): Problem {
  const on = { kind: 'AnalysisValueTemplate', name: metadata.name, field: 'spec.query' };
  return { reason: reasons.invalidQuery, on, message };
}

const defaultStep = '1m';

function stepOf({ spec }: AnalysisValueTemplate): Pick<MetricQuery, 'stepMs'> {
  if (spec.reduction === undefined) return {};
  const step = parseDurationMs(spec.reduction.step ?? defaultStep);
  // The schema admits no other step than one that can be read; nothing has no distance.
  return { stepMs: step.ok && step.value > 0 ? step.value : 60_000 };
}

/** The value of an objective in what was read for it. Errors: not-found, malformed, as `aggregate` has them. Pure. */
export function reduceReading(
  template: AnalysisValueTemplate | undefined,
  { samples }: Reading,
): Result<string, SluiceError> {
  const reduction = template?.spec.reduction;
  return reduction === undefined ? ok(samples[0]) : aggregate(reduction.function, samples);
}
