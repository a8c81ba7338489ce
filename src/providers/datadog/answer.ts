import { z } from '../../api/schema.ts';
import type { Reading } from '../../domain/metric-source.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { boundedRaw, type JsonAnswer, noValues, readShape } from '../answer.ts';
import { meanText } from '../decimal.ts';
import { atLeastOne, measured } from '../measured.ts';
import { oneLine } from '../one-line.ts';

/** A moment in Unix milliseconds and a value; a point may lack both. */
const point = z.array(z.union([measured, z.null()])).nullable();

/** Source: https://docs.datadoghq.com/api/latest/metrics/query-timeseries-points/ */
const shape = z.object({
  status: z.string().optional(),
  error: z.string().nullish(),
  series: z.array(z.object({ pointlist: z.array(point).nullish() })).nullish(),
});

/**
 * What an answer holds: the mean of every point of every series, or with `all` these points. Errors: not-found (no
 * values), malformed. Pure.
 */
export function readDatadog(
  host: string,
  { answer, json }: JsonAnswer,
  all: boolean,
): Result<Reading, SluiceError> {
  const shaped = readShape(host, shape, json);
  if (!shaped.ok) return shaped;
  const { status, error, series } = shaped.value;
  if (error) return err(failure('malformed', oneLine(error.slice(0, 2_000), 300)));
  if (status === 'error')
    return err(failure('malformed', `${host} answered with an error that it does not name`));
  const found = series ?? [];
  if (found.length === 0) return err(noValues('no series matches; look at the metric name and the tags'));
  const points = found.flatMap((one) => one.pointlist ?? []).map((one) => one?.[1]);
  const values = atLeastOne(points.filter((value) => typeof value === 'string'));
  if (values === undefined) return err(noValues('no metric points in query result'));
  return ok({
    samples: all ? values : [meanText(values)],
    raw: boundedRaw(answer.text),
    ...(!all && found.length > 1 && { note: `the mean of ${found.length} series` }),
  });
}
