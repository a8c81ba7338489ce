import { z } from '../../api/schema.ts';
import type { Reading } from '../../domain/metric-source.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { boundedRaw, noValues, readShape } from '../answer.ts';
import { decimalText } from '../decimal.ts';
import { oneLine } from '../one-line.ts';

/** A moment in Unix seconds and a value as text. */
const sample = z.tuple([z.number(), z.string()]);
const metric = z.record(z.string(), z.string()).default({});
const histogram = z.unknown();

const series = z.object({
  metric,
  value: sample.optional(),
  histogram: histogram.optional(),
  values: z.array(sample).optional(),
  histograms: z.array(histogram).optional(),
});
type Series = z.infer<typeof series>;

const data = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('vector'), result: z.array(series) }),
  z.object({ resultType: z.literal('matrix'), result: z.array(series) }),
  z.object({ resultType: z.literal('scalar'), result: sample }),
  z.object({ resultType: z.literal('string'), result: sample }),
]);
type Data = z.infer<typeof data>;

/** Source: https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview */
const envelope = z.discriminatedUnion('status', [
  z.object({ status: z.literal('success'), data, warnings: z.array(z.string()).optional() }),
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
]);

/**
 * What an answer of the query API holds: one value, or with `all` every sample of every series. Errors: not-found (no
 * values), malformed (another shape, several series, a histogram, a text). Pure.
 */
export function readPrometheus(host: string, json: unknown, all: boolean): Result<Reading, SluiceError> {
  const shaped = readShape(host, envelope, json);
  if (!shaped.ok) return shaped;
  const { value } = shaped;
  if (value.status === 'error')
    return err(failure('malformed', `${value.errorType}: ${oneLine(value.error, 300)}`));
  const texts = all ? everySample(value.data) : oneSample(value.data);
  if (!texts.ok) return texts;
  const samples = normalised(host, texts.value);
  if (!samples.ok) return samples;
  const [warning] = value.warnings ?? [];
  return ok({
    samples: samples.value,
    // As Keptn stored it: the value, or all of them, as JSON.
    raw: boundedRaw(JSON.stringify(all ? samples.value : samples.value[0])),
    ...(warning !== undefined && { note: `the backend warns: ${oneLine(warning, 200)}` }),
  });
}

type Texts = Result<readonly string[], SluiceError>;

function oneSample(answer: Data): Texts {
  if (answer.resultType === 'scalar') return ok([answer.result[1]]);
  if (answer.resultType !== 'vector') return err(wrongType(answer.resultType));
  const [first, ...others] = answer.result;
  if (first === undefined) return err(noValues('no series matches; look at the metric name and the labels'));
  if (others.length > 0) return err(tooMany(answer.result));
  if (first.value === undefined) return err(histogramsOnly());
  return ok([first.value[1]]);
}

function everySample(answer: Data): Texts {
  if (answer.resultType !== 'matrix') return err(wrongType(answer.resultType));
  if (answer.result.some((one) => (one.histograms ?? []).length > 0)) return err(histogramsOnly());
  const texts = answer.result.flatMap((one) => (one.values ?? []).map(([, text]) => text));
  return texts.length > 0
    ? ok(texts)
    : err(noValues('no series has a sample in this time; look at the metric name, the labels and the range'));
}

function normalised(host: string, texts: readonly string[]): Result<[string, ...string[]], SluiceError> {
  const samples: string[] = [];
  for (const text of texts) {
    const plain = decimalText(text);
    if (plain === undefined) {
      const seen = oneLine(text.slice(0, 200), 40);
      return err(failure('malformed', `${host} answered with "${seen}" where a number belongs`));
    }
    samples.push(plain);
  }
  const [first, ...rest] = samples;
  return first === undefined ? err(noValues('the answer is empty')) : ok([first, ...rest]);
}

function wrongType(resultType: Data['resultType']): SluiceError {
  const remedy =
    resultType === 'matrix'
      ? 'a range of samples where one value belongs; put a function such as avg_over_time(…) around it'
      : `a ${resultType}, which is no number`;
  return failure('malformed', `could not cast result: the query gives ${remedy}`);
}

function tooMany(found: readonly Series[]): SluiceError {
  const differing = labelsThatDiffer(found);
  const by = differing === '' ? '' : ` that differ by ${differing}`;
  return failure(
    'malformed',
    `too many values in query result: ${found.length} series${by}; make them one with sum(…), avg(…), max(…) or more label matchers`,
  );
}

function labelsThatDiffer(found: readonly Series[]): string {
  const names = new Set(found.flatMap(({ metric: labels }) => Object.keys(labels)));
  const differing = [...names].filter(
    (name) => new Set(found.map(({ metric: labels }) => labels[name])).size > 1,
  );
  return oneLine(differing.slice(0, 4).join(', '), 120);
}

function histogramsOnly(): SluiceError {
  return failure(
    'malformed',
    'native histograms are not supported: take a number of them, such as histogram_quantile(0.95, …) or histogram_count(…)',
  );
}
