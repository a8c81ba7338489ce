/** One condition on a label in a selector. */
export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** `by`/`on` name the labels that count, `without`/`ignoring` those that don't. */
export interface Grouping {
  readonly keeps: boolean;
  readonly labels: readonly string[];
}

/** A binary operation's `on(…) group_left(…)`. */
export interface Matching {
  readonly grouping?: Grouping;
  /** The side with many series, and the labels that it takes over from the other. */
  readonly many?: { readonly side: 'left' | 'right'; readonly labels: readonly string[] };
}

/** A PromQL expression as far as labels depend on it; ranges, offsets and values of numbers are dropped. */
export type Expression =
  | { readonly kind: 'number' }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'selector'; readonly name: string; readonly matchers: readonly Matcher[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | {
      readonly kind: 'aggregate';
      readonly operator: string;
      readonly grouping?: Grouping;
      readonly args: readonly Expression[];
    }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly matching: Matching;
      readonly left: Expression;
      readonly right: Expression;
    };

/** Operators that make one series of many. Source: https://prometheus.io/docs/prometheus/latest/querying/operators/ */
export const aggregations: ReadonlySet<string> = new Set([
  ...['sum', 'min', 'max', 'avg', 'group', 'stddev', 'stdvar', 'count'],
  ...['count_values', 'bottomk', 'topk', 'quantile'],
]);
