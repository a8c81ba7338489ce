import { operatorNames } from '../api/metrics/v1/target.ts';
import { parseWith, z } from '../api/schema.ts';

const bounds = z.object({
  fixedValue: z.string().optional(),
  lowBound: z.string().optional(),
  highBound: z.string().optional(),
});
const operator = z.partialRecord(z.enum(operatorNames), bounds);
const comparison = z.record(z.string(), z.string());

/** What is shown of status.raw, as Keptn writes it and as we do. */
const rawSchema = z.object({
  objectiveResults: z.array(
    z.object({
      result: z.object({ pass: z.boolean(), warning: z.boolean() }),
      objective: z.object({
        analysisValueTemplateRef: z.object({ name: z.string() }),
        target: z.object({
          failure: operator.optional(),
          warning: operator.optional(),
          comparison: z.object({ failure: comparison.optional(), warning: comparison.optional() }).optional(),
        }),
        weight: z.number().default(0),
        keyObjective: z.boolean().default(false),
      }),
      value: z.number().nullish(),
      score: z.number(),
      error: z.unknown().optional(),
    }),
  ),
  totalScore: z.number(),
  maximumScore: z.number(),
});
type Result = z.infer<typeof rawSchema>['objectiveResults'][number];

/** The score table of a completed Analysis, from its status.raw: a line a objective, and the total. Pure. */
export function analysisTable(raw: string): string[] {
  const read = parseWith(rawSchema, parsedJson(raw));
  if (!read.ok) return [`status.raw cannot be read: ${read.error.message}`];
  const { objectiveResults, totalScore, maximumScore } = read.value;
  const rows = [
    ['OBJECTIVE', 'VALUE', 'TARGET', 'VERDICT', 'SCORE'],
    ...objectiveResults.map(rowOf),
    ['total', '', '', '', `${plain(totalScore)}/${plain(maximumScore)}`],
  ];
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function parsedJson(raw: string): unknown {
  try {
    const value: unknown = JSON.parse(raw);
    return value;
  } catch {
    return undefined;
  }
}

function rowOf({ result, objective, value, score, error }: Result): string[] {
  const { analysisValueTemplateRef, keyObjective, weight } = objective;
  // Keptn wrote the value 0 beside an error.
  const hasValue = typeof value === 'number' && error === undefined;
  return [
    `${analysisValueTemplateRef.name}${keyObjective ? ' (key)' : ''}`,
    hasValue ? plain(value) : '-',
    targetText(objective.target) || 'none',
    `${verdictOf(result)}${hasValue ? '' : `: ${reasonOf(error)}`}`,
    `${plain(score)}/${plain(weight)}`,
  ];
}

function verdictOf({ pass, warning }: Result['result']): string {
  if (pass) return 'pass';
  return warning ? 'warning' : 'fail';
}

function reasonOf(error: unknown): string {
  return typeof error === 'string' ? shortened(error) : 'no value';
}

function targetText({ failure, warning, comparison: compared }: Result['objective']['target']): string {
  return [
    ...(failure === undefined ? [] : [`fail ${operatorText(failure)}`]),
    ...(warning === undefined ? [] : [`warn ${operatorText(warning)}`]),
    ...(compared?.failure === undefined ? [] : [`fail ${comparisonText(compared.failure)}`]),
    ...(compared?.warning === undefined ? [] : [`warn ${comparisonText(compared.warning)}`]),
  ].join(', ');
}

const signs: Readonly<Record<string, string>> = {
  lessThanOrEqual: '<=',
  lessThan: '<',
  greaterThan: '>',
  greaterThanOrEqual: '>=',
  equalTo: '=',
  inRange: 'in',
  notInRange: 'not in',
};

function operatorText(given: z.infer<typeof operator>): string {
  return operatorNames
    .flatMap((name) => {
      const limits = given[name];
      if (limits === undefined) return [];
      const { fixedValue, lowBound = '', highBound = '' } = limits;
      return [`${signs[name] ?? name} ${fixedValue ?? `${lowBound}..${highBound}`}`];
    })
    .join(' ');
}

function comparisonText(given: z.infer<typeof comparison>): string {
  return Object.entries(given)
    .map(([name, offset]) => `${signs[name] ?? name} earlier ${offset}`)
    .join(' ');
}

const longest = 100;

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** Six digits say enough in a table. */
function plain(value: number): string {
  return String(Number(value.toPrecision(6)));
}
