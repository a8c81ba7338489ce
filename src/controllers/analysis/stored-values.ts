import type { Analysis } from '../../api/metrics/v1/analysis.ts';
import type { AnalysisObjective } from '../../api/metrics/v1/analysis-definition.ts';
import type { ObjectiveValue } from '../../domain/analysis-score.ts';
import type { ObjectiveLook } from './look.ts';

type StoredValues = NonNullable<NonNullable<Analysis['status']>['storedValues']>;
type TemplateRef = AnalysisObjective['analysisValueTemplateRef'];

/**
 * Under which key the value of each objective is stored: as Keptn writes it, the name of its template or `name-namespace`,
 * unless two templates would share that; then `namespace/name`, which no name can hold. Pure.
 */
export function storedKeys(
  objectives: readonly Pick<AnalysisObjective, 'analysisValueTemplateRef'>[],
  definitionNamespace: string,
): readonly string[] {
  const refs = objectives.map(({ analysisValueTemplateRef }) => analysisValueTemplateRef);
  const templateOf = ({ name, namespace }: TemplateRef): string =>
    `${namespace || definitionNamespace}/${name}`;
  const templates = new Map<string, Set<string>>();
  for (const ref of refs) {
    templates.set(keptnKey(ref), (templates.get(keptnKey(ref)) ?? new Set()).add(templateOf(ref)));
  }
  return refs.map((ref) => ((templates.get(keptnKey(ref))?.size ?? 0) > 1 ? templateOf(ref) : keptnKey(ref)));
}

function keptnKey({ name, namespace }: TemplateRef): string {
  return namespace ? `${name}-${namespace}` : name;
}

/** The value that is recorded for a query, if it was measured. One of another query counts for nothing. Pure. */
export function recordedValue(status: Analysis['status'], key: string, query: string): string | undefined {
  const entry = ownEntry(status, key);
  return entry === undefined || entry.query !== query || entry.errMsg ? undefined : entry.value || undefined;
}

/** What was measured before what it was measured with went away. Pure. */
export function valueBefore(
  status: Analysis['status'],
  key: string,
): { readonly query: string; readonly value: string } | undefined {
  const { query, value, errMsg } = ownEntry(status, key) ?? {};
  return query === undefined || !value || errMsg ? undefined : { query, value };
}

/** Own keys only: an object's name may be that of a method. */
function ownEntry(status: Analysis['status'], key: string): StoredValues[string] | undefined {
  const stored = status?.storedValues ?? {};
  return Object.hasOwn(stored, key) ? stored[key] : undefined;
}

/** What is recorded of all objectives after these looks; what was found out earlier about the same query stays. Pure. */
export function recordLooks(
  { status }: Pick<Analysis, 'status'>,
  objectives: readonly AnalysisObjective[],
  keys: readonly string[],
  looks: readonly ObjectiveLook[],
): StoredValues {
  const entries = looks.flatMap((look, i) => {
    const ref = objectives[i]?.analysisValueTemplateRef;
    const key = keys[i];
    if (ref === undefined || key === undefined) return [];
    const known = ownEntry(status, key);
    const found = foundBy(look) ?? (known?.query === look.query ? known : undefined);
    if (found === undefined) return [];
    const { name, namespace } = ref;
    const objectiveReference = { name, ...(namespace ? { namespace } : {}) };
    return [[key, { ...found, objectiveReference, query: look.query }] as const];
  });
  return Object.fromEntries(entries);
}

function foundBy(look: ObjectiveLook): Pick<StoredValues[string], 'value' | 'errMsg'> | undefined {
  switch (look.kind) {
    case 'measured':
      return { value: look.value };
    case 'failed':
      return { errMsg: look.error.message };
    case 'problem':
      return { errMsg: look.problem.message };
    default:
      return undefined;
  }
}

/** What is scored when no more is measured: the value, or why there is none. Pure. */
export function finalValue(
  look: ObjectiveLook,
  key: string,
  { status, spec }: Pick<Analysis, 'status' | 'spec'>,
): ObjectiveValue {
  const { query } = look;
  if (look.kind === 'measured') return { value: look.value, query };
  const found = foundBy(look)?.errMsg ?? ownEntry(status, key)?.errMsg;
  const why = found ?? 'no fetch of it has ended';
  return { value: undefined, query, error: `no value within ${spec.timeout}: ${why}` };
}
