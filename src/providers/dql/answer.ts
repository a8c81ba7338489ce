import { z } from '../../api/schema.ts';
import type { Reading } from '../../domain/metric-source.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { boundedRaw, noValues } from '../answer.ts';
import { decimalText } from '../decimal.ts';
import { atLeastOne } from '../measured.ts';
import { oneLine } from '../one-line.ts';

const record = z.record(z.string(), z.unknown());

interface TypeOf {
  readonly type: string;
  readonly types?: readonly { readonly mappings: Readonly<Record<string, TypeOf>> }[] | undefined;
}
const typeOf: z.ZodType<TypeOf> = z.object({
  type: z.string(),
  get types() {
    return z.array(z.object({ mappings: z.record(z.string(), typeOf) })).optional();
  },
});

/** The records of a query and what their fields are. Source: https://developer.dynatrace.com/reference/sdks/client-query/ */
export const dqlResult = z.object({
  records: z.array(record.nullable()).default([]),
  types: z.array(z.object({ mappings: z.record(z.string(), typeOf).default({}) })).default([]),
});
export type DqlResult = z.infer<typeof dqlResult>;

/** One field of a record that holds numbers: one, or a series of them. */
interface NumericField {
  readonly name: string;
  readonly isSeries: boolean;
  readonly values: readonly string[];
}

/**
 * What a result holds: of its one record and numeric field the value, which of a series is the last; with `all` every
 * value of every record. `field` chooses among several. Errors: not-found (no values), malformed. Pure.
 */
export function readDql(
  result: DqlResult,
  { all, field }: { readonly all: boolean; readonly field: string | undefined },
): Result<Reading, SluiceError> {
  const records = result.records.filter((one) => one !== null);
  if (records.length === 0) return err(noValues('the query gives no records'));
  if (!all && records.length > 1) {
    const remedy = 'make them one with summarize, or with limit 1';
    return err(failure('malformed', `too many values in query result: ${records.length} records; ${remedy}`));
  }
  const samples: string[] = [];
  for (const one of records) {
    const chosen = chooseField(numericFields(one, result.types), field);
    if (!chosen.ok) return chosen;
    samples.push(...(all ? chosen.value.values : chosen.value.values.slice(-1)));
  }
  const values = atLeastOne(samples);
  if (values === undefined) return err(noValues('the series of the record is empty'));
  return ok({ samples: values, raw: boundedRaw(sortedJson({ records })) });
}

function chooseField(
  fields: readonly NumericField[],
  wanted: string | undefined,
): Result<NumericField, SluiceError> {
  if (wanted) {
    const found = fields.find(({ name }) => name === wanted);
    const seen = oneLine(wanted.slice(0, 200), 60);
    return found
      ? ok(found)
      : err(noValues(`the record has no number called "${seen}" (metricPath)${have(fields)}`));
  }
  // Beside a series, single numbers are what it was made by.
  const series = fields.filter(({ isSeries }) => isSeries);
  const [first, ...others] = series.length > 0 ? series : fields;
  if (first === undefined) return err(noValues('the record has no field with a number'));
  if (others.length === 0) return ok(first);
  const remedy = 'name one in metricPath, or keep one with fields';
  return err(failure('malformed', `too many values in query result${have(fields)}; ${remedy}`));
}

function have(fields: readonly NumericField[]): string {
  const names = fields.slice(0, 5).map(({ name }) => `"${oneLine(name.slice(0, 100), 40)}"`);
  return names.length === 0 ? '' : `: it has ${names.join(', ')}`;
}

function numericFields(one: Readonly<Record<string, unknown>>, types: DqlResult['types']): NumericField[] {
  return Object.entries(one).flatMap(([name, value]) => {
    const declared = types.map(({ mappings }) => mappings[name]).find((type) => type !== undefined);
    const isSeries = Array.isArray(value);
    const values = isSeries
      ? seriesValues(value, declared?.types?.[0]?.mappings['element'])
      : singleValue(value, declared);
    return values === undefined ? [] : [{ name, isSeries, values }];
  });
}

/** A point without a value is null. */
function seriesValues(points: readonly unknown[], type: TypeOf | undefined): readonly string[] | undefined {
  const values: string[] = [];
  for (const point of points) {
    if (point === null) continue;
    const [text] = singleValue(point, type) ?? [];
    if (text === undefined) return undefined;
    values.push(text);
  }
  return values;
}

/** Whole numbers are sent as texts, and only their type tells them from a name that consists of digits. */
function singleValue(value: unknown, type: TypeOf | undefined): readonly [string] | undefined {
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  const isTyped = typeof value === 'string' && ['long', 'double'].includes(type?.type ?? '');
  const text = isNumber || isTyped ? decimalText(String(value)) : undefined;
  return text === undefined ? undefined : [text];
}

/** JSON with its names in order, so that equal answers are equal texts. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => {
    // JSON of ours has no whole numbers beyond 2^53; as a text it keeps its digits.
    if (typeof part === 'bigint') return String(part);
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
