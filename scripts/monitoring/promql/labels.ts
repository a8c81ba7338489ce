import type { Expression, Matching } from './syntax.ts';

/** Which series there are: the labels of each, by its full name (`_bucket` and its like included). */
export type KnownSeries = ReadonlyMap<string, ReadonlySet<string>>;

/** What an expression's series are labelled with, and what it names that does not exist. */
export interface Labelled {
  readonly labels: ReadonlySet<string>;
  readonly problems: readonly string[];
}

/**
 * Follows labels through an expression, as Prometheus would: each series must be known, and each label that is matched,
 * grouped by or joined on must be there at that point. Pure.
 */
export function labelsOf(expression: Expression, known: KnownSeries): Labelled {
  switch (expression.kind) {
    case 'number':
    case 'text':
      return { labels: new Set(), problems: [] };
    case 'selector':
      return ofSelector(expression, known);
    case 'aggregate':
      return ofAggregate(expression, known);
    case 'call':
      return ofCall(expression, known);
    case 'binary':
      return ofBinary(expression, known);
  }
}

type Of<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

function ofSelector({ name, matchers }: Of<'selector'>, known: KnownSeries): Labelled {
  const labels = known.get(name);
  if (labels === undefined) return { labels: new Set(), problems: [`there is no series ${name}`] };
  const unknown = matchers.filter(({ label }) => label !== '__name__' && !labels.has(label));
  return { labels, problems: unknown.map(({ label }) => `${name} has no label ${label}`) };
}

function ofAggregate({ operator, grouping, args }: Of<'aggregate'>, known: KnownSeries): Labelled {
  const { labels, problems } = joined(args, known);
  // To drop a label that is not there is no mistake: which labels a target has is for whoever scrapes to say.
  const wanted = grouping?.keeps === true ? grouping.labels : [];
  const said = [...problems, ...missing(wanted, labels, operator)];
  // These give series as they are; a grouping only says among which they choose.
  if (operator === 'topk' || operator === 'bottomk') return { labels, problems: said };
  const kept = grouping === undefined ? [] : keptBy(grouping, labels);
  const counted = args[0];
  const added = operator === 'count_values' && counted?.kind === 'text' ? [counted.value] : [];
  return { labels: new Set([...kept, ...added]), problems: said };
}

/** Functions whose answer has other labels than their argument. */
function ofCall({ name, args }: Of<'call'>, known: KnownSeries): Labelled {
  const { labels, problems } = joined(args, known);
  const texts = args.flatMap((arg) => (arg.kind === 'text' ? [arg.value] : []));
  switch (name) {
    case 'histogram_quantile':
      return { labels: without(labels, ['le']), problems: [...problems, ...missing(['le'], labels, name)] };
    case 'label_replace': {
      const [target = '', , source = ''] = texts;
      return {
        labels: new Set([...labels, target]),
        problems: [...problems, ...missing([source].filter(Boolean), labels, name)],
      };
    }
    case 'absent':
    case 'absent_over_time':
    case 'scalar':
    case 'time':
    case 'vector':
      return { labels: new Set(), problems };
    default:
      return { labels, problems };
  }
}

function ofBinary({ operator, matching, left, right }: Of<'binary'>, known: KnownSeries): Labelled {
  const [one, other] = [labelsOf(left, known), labelsOf(right, known)];
  const on = matching.grouping?.keeps === true ? matching.grouping.labels : [];
  const problems = [
    ...one.problems,
    ...other.problems,
    ...missing(on, one.labels, `the left of ${operator}`),
    ...missing(on, other.labels, `the right of ${operator}`),
  ];
  return { labels: binaryLabels(operator, matching, { left: one.labels, right: other.labels }), problems };
}

function binaryLabels(
  operator: string,
  { grouping, many }: Matching,
  { left, right }: { readonly left: ReadonlySet<string>; readonly right: ReadonlySet<string> },
): ReadonlySet<string> {
  if (operator === 'or') return new Set([...left, ...right]);
  if (operator === 'and' || operator === 'unless') return left;
  if (many !== undefined) return new Set([...(many.side === 'left' ? left : right), ...many.labels]);
  // A number beside a vector leaves its labels alone.
  if (left.size === 0) return right;
  return grouping === undefined ? left : new Set(keptBy(grouping, left));
}

function joined(args: readonly Expression[], known: KnownSeries): Labelled {
  const all = args.map((arg) => labelsOf(arg, known));
  return {
    labels: new Set(all.flatMap(({ labels }) => [...labels])),
    problems: all.flatMap(({ problems }) => problems),
  };
}

function keptBy(
  { keeps, labels }: { readonly keeps: boolean; readonly labels: readonly string[] },
  all: ReadonlySet<string>,
): readonly string[] {
  return [...all].filter((label) => labels.includes(label) === keeps);
}

function without(labels: ReadonlySet<string>, gone: readonly string[]): ReadonlySet<string> {
  return new Set([...labels].filter((label) => !gone.includes(label)));
}

function missing(wanted: readonly string[], labels: ReadonlySet<string>, where: string): string[] {
  return wanted
    .filter((label) => !labels.has(label))
    .map((label) => `${where}: there is no label ${label} here`);
}
