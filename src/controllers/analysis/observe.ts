import type { Analysis } from '../../api/metrics/v1/analysis.ts';
import type { AnalysisDefinition } from '../../api/metrics/v1/analysis-definition.ts';
import { reasons } from '../../api/reasons.ts';
import type { ResourceMap } from '../../api/resources.ts';
import type { Fetched, FetchOwner, MetricQuery, MetricSource } from '../../domain/metric-source.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { sha256Hex } from '../../kernel/hash.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import type { AnalysisSnapshot } from './decide.ts';
import type { ObjectiveLook } from './look.ts';
import {
  absence,
  badQuery,
  type Found,
  type ObjectiveParts,
  type Problem,
  reduceReading,
  resolveQuery,
} from './objective.ts';
import { recordedValue, storedKeys, valueBefore } from './stored-values.ts';
import { deadlineMs, recordedWindow, type Window } from './timeframe.ts';

/** Gathers an Analysis' snapshot from the cache and from the source of values, which begins what has to be fetched. */
export function observeAnalysis(source: MetricSource) {
  return async (
    { namespace, name }: ObjectKey,
    reader: Reader,
    now: Date,
  ): Promise<Result<AnalysisSnapshot | undefined, SluiceError>> => {
    const owner: FetchOwner = { resource: 'analyses', namespace, name };
    const analysis = reader.get('analyses', namespace, name);
    const isOver =
      analysis?.metadata.deletionTimestamp !== undefined || analysis?.status?.state === 'Completed';
    if (analysis === undefined || isOver) {
      source.keepOnly(owner, []);
      return ok(undefined);
    }
    const found = findDefinition(analysis, reader);
    const definition = found.object;
    const { looks, ids } = lookAt(analysis, definition, { source, owner, reader, now });
    source.keepOnly(owner, ids);
    const user = `spec.analysisDefinition of Analysis "${name}"`;
    return ok({
      analysis,
      definition,
      missing:
        definition === undefined
          ? absence('AnalysisDefinition', found, reasons.missingDefinition, user)
          : undefined,
      looks,
      others: definition === undefined ? [] : othersOf(analysis, definition, reader),
      now,
    });
  };
}

interface Ports {
  readonly source: MetricSource;
  readonly owner: FetchOwner;
  readonly reader: Reader;
  readonly now: Date;
}

function lookAt(
  analysis: Analysis,
  definition: AnalysisDefinition | undefined,
  ports: Ports,
): { looks: ObjectiveLook[]; ids: string[] } {
  const ids: string[] = [];
  if (definition === undefined) return { looks: [], ids };
  const { objectives } = definition.spec;
  const keys = storedKeys(objectives, definition.metadata.namespace ?? '');
  const window = recordedWindow(analysis.status);
  const looks = objectives.map((objective, i): ObjectiveLook => {
    const template = findTemplate(definition, objective.analysisValueTemplateRef, ports.reader);
    const provider = template.object && findProvider(definition, template.object, ports.reader);
    const parts = { objective, template, provider };
    const query = resolveQuery(parts, analysis, window ?? { fromMs: 0, toMs: 0 });
    if (!query.ok) return withoutQuery(query.error, analysis, keys[i] ?? '');
    const { text } = query.value;
    const value = recordedValue(analysis.status, keys[i] ?? '', text);
    if (value !== undefined) return { kind: 'measured', query: text, value };
    if (!isOpen(analysis, window, ports.now)) return { kind: 'waiting', query: text };
    const id = idOf(i, analysis.status?.attempts ?? 1, query.value);
    ids.push(id);
    return fetched(template, query.value, ports.source.look(ports.owner, id, query.value));
  });
  return { looks, ids };
}

/** A template or provider that went away takes nothing with it that was measured. */
function withoutQuery(problem: Problem, { status }: Analysis, key: string): ObjectiveLook {
  const isGone = problem.reason === reasons.missingTemplate || problem.reason === reasons.missingProvider;
  const before = isGone ? valueBefore(status, key) : undefined;
  return before === undefined ? { kind: 'problem', query: '', problem } : { kind: 'measured', ...before };
}

/** Nothing is asked before the window is recorded and has ended, nor after the time is up. */
function isOpen(analysis: Analysis, window: Window | undefined, now: Date): boolean {
  if (window === undefined || analysis.status?.startTime === undefined) return false;
  return now.getTime() >= window.toMs && now.getTime() < deadlineMs(analysis, now);
}

/** A fetch of the same round is another one when what is asked, or whom, has changed. */
function idOf(objective: number, round: number, { provider, ...query }: MetricQuery): string {
  const { uid, generation } = provider.metadata;
  return `${objective}/${round}/${sha256Hex(JSON.stringify([query, uid, generation]), 16)}`;
}

function fetched(
  template: ObjectiveParts['template'],
  { text }: MetricQuery,
  end: Fetched | undefined,
): ObjectiveLook {
  if (end === undefined) return { kind: 'fetching', query: text };
  const value = end.result.ok ? reduceReading(template.object, end.result.value) : end.result;
  if (value.ok) return { kind: 'measured', query: text, value: value.value };
  const { error } = value;
  // The same query gets the same answer: whoever wrote it must change it, and that begins another fetch.
  if ((error.tag === 'malformed' || error.tag === 'invalid') && template.object !== undefined) {
    const message = `AnalysisValueTemplate "${template.name}": ${error.message}`;
    return { kind: 'problem', query: text, problem: badQuery(template.object, message) };
  }
  return { kind: 'failed', query: text, at: end.at, error };
}

function findDefinition({ metadata, spec }: Analysis, reader: Reader): Found<AnalysisDefinition> {
  const { name, namespace } = spec.analysisDefinition;
  return find(reader, 'analysisdefinitions', name, [namespace || (metadata.namespace ?? '')]);
}

function findTemplate(
  { metadata }: AnalysisDefinition,
  { name, namespace }: { readonly name: string; readonly namespace?: string | undefined },
  reader: Reader,
): Found<ResourceMap['analysisvaluetemplates']> {
  return find(reader, 'analysisvaluetemplates', name, [namespace || (metadata.namespace ?? '')]);
}

/** Where the template says, else beside the definition, as ever, else beside the template. */
function findProvider(
  { metadata }: AnalysisDefinition,
  template: ResourceMap['analysisvaluetemplates'],
  reader: Reader,
): Found<ResourceMap['keptnmetricsproviders']> {
  const { name, namespace } = template.spec.provider;
  const places = namespace ? [namespace] : [metadata.namespace ?? '', template.metadata.namespace ?? ''];
  return find(reader, 'keptnmetricsproviders', name, [...new Set(places)]);
}

/** The first that is there. One that is there and cannot be read is meant all the same. */
function find<K extends 'analysisdefinitions' | 'analysisvaluetemplates' | 'keptnmetricsproviders'>(
  reader: Reader,
  resource: K,
  name: string,
  lookedIn: readonly string[],
): Found<ResourceMap[K]> {
  for (const namespace of lookedIn) {
    const object = reader.get(resource, namespace, name);
    const unreadable = object === undefined ? reader.unreadable(resource, namespace, name) : undefined;
    if (object !== undefined || unreadable !== undefined) return { object, name, lookedIn, unreadable };
  }
  return { object: undefined, name, lookedIn, unreadable: undefined };
}

function othersOf(analysis: Analysis, { spec }: AnalysisDefinition, reader: Reader): readonly Analysis[] {
  if (!spec.objectives.some(({ target }) => target.comparison !== undefined)) return [];
  return reader.byIndex('analyses', 'completed-of', definitionKey(analysis));
}

/** The namespace of an Analysis and the definition it names, for the index of those that are Completed. Pure. */
export function definitionKey({ metadata, spec }: Analysis): string {
  const { name, namespace } = spec.analysisDefinition;
  const here = metadata.namespace ?? '';
  return `${here}/${namespace || here}/${name}`;
}
