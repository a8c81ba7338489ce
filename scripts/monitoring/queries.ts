/**
 * Series that are derived from stored objects are the same in every replica that shows them: this takes each once. `series`
 * is a selector. Pure.
 */
export function once(series: string): string {
  return `max without (instance, pod) (${series})`;
}

/** A sum that is 0 where there is nothing to add. Pure. */
export function total(expression: string): string {
  return `sum(${expression}) or vector(0)`;
}

/**
 * By how much counters grew within the window. A counter that was not there before has grown by all that it shows:
 * `increase` alone would miss the first of each kind, which for releases is most of them. Pure.
 */
export function increased(series: string, window: string): string {
  return `((${series} unless ${series} offset ${window}) or increase(${series}[${window}]))`;
}

/** What a quantile is taken of. */
export interface Distribution {
  /** A histogram without `_bucket`, and the condition on its labels. */
  readonly histogram: string;
  readonly where?: string;
  /** Labels that are kept apart. */
  readonly by?: readonly string[];
  /** Such as `1h`; releases are rare, so that a short one is mostly empty. */
  readonly window: string;
}

/** A quantile, 0 to 1, of what was observed within the window. Pure. */
export function quantile(share: number, { histogram, where = '', by = [], window }: Distribution): string {
  const buckets = `${histogram}_bucket${where === '' ? '' : `{${where}}`}`;
  return `histogram_quantile(${share}, sum by (${['le', ...by].join(', ')}) ${increased(buckets, window)})`;
}

/** `series` of our own processes only: others have metrics of these names too. Adds the label `roles`. Pure. */
export function ours(series: string): string {
  return `${series} * on (job, instance) group_left (roles) sluice_build_info`;
}

/** Answers of the API server that are no fault of the question: its own errors, too many requests, none at all. */
export const apiErrors = 'code=~"5..|429|timeout|unavailable|internal"';

/** How a reconcile ends that did not do what it should. */
export const failedReconciles = 'outcome=~"retry|failed|panic"';

/** Keptn's series name the object of a check: this adds the label `definition`, the middle of that name. Pure. */
export function definitionOf(kind: 'task' | 'evaluation', expression: string): string {
  const parts = '(?:(?:pre|post|promotion|on-failure)(?:-eval)?-)?(.*?)(?:-[0-9a-f]{10})?';
  return `label_replace(${expression}, "definition", "$1", "keptn_deployment_${kind}_name", "${parts}")`;
}

/** The mean duration of stored checks, by definition. Pure. */
export function meanByDefinition(kind: 'task' | 'evaluation', where: string): string {
  const added = (part: 'sum' | 'count'): string =>
    `sum by (definition) (${definitionOf(kind, once(`keptn_${kind}_duration_seconds_${part}{${where}}`))})`;
  return `${added('sum')} / ${added('count')}`;
}

/**
 * The share, 0 to 1, of a counter's increase that passes `where`; 0, and not nothing, where none does. Nothing where the
 * counter did not move. Pure.
 */
export function share(
  counter: string,
  {
    where,
    by = [],
    window,
  }: { readonly where: string; readonly by?: readonly string[]; readonly window: string },
): string {
  const grouped = by.length === 0 ? 'sum' : `sum by (${by.join(', ')}) `;
  const all = `${grouped}${increased(counter, window)}`;
  return `(${grouped}${increased(`${counter}{${where}}`, window)} or 0 * ${all}) / ${all}`;
}
