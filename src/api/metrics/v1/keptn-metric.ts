import { duration } from '../../field-rules.ts';
import { defineKind, wholeObject } from '../../kind.ts';
import { fiveVersions } from '../../lifecycle/v1/group.ts';
import { conditionsSchema, nameRef } from '../../lifecycle/v1/shared.ts';
import { int32, type Rule, text, time, withRule, z } from '../../schema.ts';
import { metricsGroup } from './group.ts';
import { aggregations } from './reduction.ts';

const rangeFields = z.object({
  interval: duration('How far the query looks back, such as 5m.').default('5m'),
  step: duration(
    'How far the samples are apart, such as 1m. Needs aggregation, which makes one value of them.',
  ).optional(),
  aggregation: z
    .enum(aggregations)
    .describe('How the samples become one value: p90, p95, p99, max, min, avg or median. Needs step.')
    .optional(),
  storedResults: int32(0, 'How many results are kept in status.intervalResults.').max(255).default(0),
});

const stepWithAggregation: Rule<z.infer<typeof rangeFields>> = {
  cel: 'has(self.step) == has(self.aggregation)',
  holds: ({ step, aggregation }) => (step === undefined) === (aggregation === undefined),
  message: 'step and aggregation go together: set both or neither',
};

const spec = z
  .object({
    provider: nameRef('Name of the KeptnMetricsProvider, in the namespace of the metric.').describe(
      'Where the value comes from.',
    ),
    query: text('What is asked, in the language of the provider. It is sent as it is.'),
    metricPath: text(
      'Where in the answer the number is, for elastic (a path such as aggregations.errors.value) and http (a JSONPath).',
    ).optional(),
    fetchIntervalSeconds: int32(
      0,
      'How many seconds lie between two fetches; 0 counts as 1. An evaluation that needs a value has it fetched at once.',
    ),
    range: withRule(rangeFields, stepWithAggregation)
      .describe('The time that the query looks at. Absent: the moment of the fetch.')
      .optional(),
  })
  .describe('What is measured, where and how often.');

/** Results are described as leniently as they were ever written: Keptn stored a null range for a failed fetch. */
const intervalResultSchema = z.object({
  value: text('The value; empty when the fetch failed.'),
  range: z
    .object({
      interval: text('How far the query looked back.').optional(),
      step: text('How far the samples were apart.').optional(),
      aggregation: text('How the samples became one value.').optional(),
      storedResults: z.int().meta({ description: 'How many results were kept.', format: 'int32' }).optional(),
    })
    .describe('The range that was asked for.')
    .optional(),
  lastUpdated: time('When it was fetched.'),
  errMsg: text('Why the fetch failed.').optional(),
});

const status = z
  .object({
    value: text('The value that was fetched last, as a decimal text.').optional(),
    rawValue: z
      .string()
      .meta({ description: 'What the provider answered, in base64.', format: 'byte' })
      .optional(),
    lastUpdated: time('When a fetch was last tried.').optional(),
    errMsg: text('Why the last fetch failed; empty when it did not.').optional(),
    intervalResults: z
      .array(intervalResultSchema)
      .describe('The last results where spec.range.storedResults asks for some, newest last.')
      .optional(),
    observedGeneration: z
      .int()
      .min(0)
      .meta({ description: 'The generation of the object that the value was fetched for.', format: 'int64' })
      .optional(),
    observedProvider: text(
      'The KeptnMetricsProvider that was asked: its uid and generation. A changed one is asked at once.',
    ).optional(),
    conditions: conditionsSchema.optional(),
  })
  .describe('What was measured last.');

/** KeptnMetric: a number that a provider is asked for again and again. */
export const keptnMetricKind = defineKind({
  group: metricsGroup,
  kind: 'KeptnMetric',
  plural: 'keptnmetrics',
  versions: fiveVersions,
  columns: [
    { name: 'Provider', path: '.spec.provider.name' },
    { name: 'Query', path: '.spec.query' },
    { name: 'Interval', path: '.spec.range.interval' },
    { name: 'Value', path: '.status.value' },
    { name: 'Step', path: '.spec.range.step' },
    { name: 'Aggregation', path: '.spec.range.aggregation' },
  ],
  description:
    'A number that a provider is asked for again and again, for evaluations and autoscalers. Written by users; its status may come from anyone who can write it.',
  notes: [
    'A negative fetchIntervalSeconds or storedResults, a range that is no duration, and step without aggregation are refused.',
    'value, rawValue and lastUpdated were required in the status of v1alpha1 and v1alpha2; here they are not.',
  ],
  spec,
  status,
  example: {
    name: 'http-errors',
    spec: {
      provider: { name: 'prometheus' },
      query: 'sum(rate(http_requests_total{code=~"5.."}[5m]))',
      fetchIntervalSeconds: 30,
      range: { interval: '10m', step: '1m', aggregation: 'p95' },
    },
  },
});

/**
 * What is read of a metric: its raw value may be a megabyte, and nobody who reads metrics from the cache needs it. Stored
 * results are read as leniently as can be: what one of them lacks must not take the whole metric away.
 */
export const keptnMetricSchema = wholeObject(keptnMetricKind).extend({
  status: status
    .omit({ rawValue: true, intervalResults: true })
    .extend({ intervalResults: z.array(intervalResultSchema).optional().catch(undefined) })
    .optional(),
});
export type KeptnMetric = z.infer<typeof keptnMetricSchema>;
/** One result as it is stored. */
export type IntervalResult = z.infer<typeof intervalResultSchema>;
