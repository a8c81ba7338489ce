import { z } from '../../api/schema.ts';
import type { Reading } from '../../domain/metric-source.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { boundedRaw, type JsonAnswer, noValues, readShape } from '../answer.ts';
import { meanText } from '../decimal.ts';
import { atLeastOne, measured } from '../measured.ts';
import { oneLine } from '../one-line.ts';

/** Source: https://docs.dynatrace.com/docs/shortlink/api-metrics-v2-get-datapoints */
const shape = z.object({
  error: z.object({ message: z.string().optional() }).nullish(),
  warnings: z.array(z.string()).nullish(),
  result: z
    .array(
      z.object({
        warnings: z.array(z.string()).nullish(),
        data: z.array(z.object({ values: z.array(measured.nullable()).default([]) })).default([]),
      }),
    )
    .default([]),
});

/**
 * What an answer holds: the mean of every value of every series, or with `all` these values. Errors: not-found (no
 * values), malformed. Pure.
 */
export function readDynatrace(
  host: string,
  { answer, json }: JsonAnswer,
  all: boolean,
): Result<Reading, SluiceError> {
  const shaped = readShape(host, shape, json);
  if (!shaped.ok) return shaped;
  const { error, result, warnings } = shaped.value;
  if (error?.message) {
    return err(failure('malformed', `provider api response: ${oneLine(error.message.slice(0, 2_000), 300)}`));
  }
  const warning = [...(warnings ?? []), ...result.flatMap((one) => one.warnings ?? [])][0];
  const series = result.flatMap((one) => one.data);
  const values = atLeastOne(series.flatMap((one) => one.values).filter((value) => value !== null));
  if (values === undefined)
    return err(
      noValues(warning === undefined ? 'no series has a value in this time' : oneLine(warning, 200)),
    );
  const notes = [
    ...(!all && series.length > 1 ? [`the mean of ${series.length} series`] : []),
    ...(warning === undefined ? [] : [`the backend warns: ${oneLine(warning, 200)}`]),
  ];
  return ok({
    samples: all ? values : [meanText(values)],
    raw: boundedRaw(answer.text),
    ...(notes.length > 0 && { note: notes.join('; ') }),
  });
}
