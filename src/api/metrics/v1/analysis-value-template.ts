import { admittedWhen, objectName, optionalObjectName } from '../../field-rules.ts';
import { defineKind, wholeObject } from '../../kind.ts';
import { conditionsOnlySchema } from '../../lifecycle/v1/shared.ts';
import { text, z } from '../../schema.ts';
import { analysisVersions, metricsGroup } from './group.ts';
import { reductionSchema } from './reduction.ts';

/** AnalysisValueTemplate: a query with holes that the arguments of an Analysis fill. */
export const analysisValueTemplateKind = defineKind({
  group: metricsGroup,
  kind: 'AnalysisValueTemplate',
  plural: 'analysisvaluetemplates',
  versions: analysisVersions,
  columns: [{ name: 'Provider', path: '.spec.provider.name' }],
  description:
    'A query with holes that the arguments of an Analysis fill, and the provider it is sent to. Written by users.',
  notes: ['The status was a text that nobody wrote; here it is an object with conditions.'],
  spec: z
    .object({
      provider: z
        .object({
          name: objectName('Name of the KeptnMetricsProvider.'),
          namespace: optionalObjectName(
            'Its namespace. Absent: that of the AnalysisDefinition, then that of this template.',
          ).optional(),
        })
        .describe('Where the value comes from.'),
      query: admittedWhen(
        text(
          'What is asked, in the language of the provider, as a template: {{.name}} is the argument of that name, escaped where it stands in quotes.',
        ),
        [{ rule: "self != ''", message: 'must not be empty' }],
      ),
      metricPath: text(
        'Where in the answer the number is, for elastic (a path such as aggregations.errors.value) and http (a JSONPath).',
      ).optional(),
      reduction: reductionSchema.optional(),
    })
    .describe('What is asked, and whom.'),
  status: conditionsOnlySchema.describe('What is known about the template.'),
  example: {
    name: 'response-time-p95',
    spec: {
      provider: { name: 'prometheus' },
      query:
        'histogram_quantile(0.95, sum by(le) (rate(http_request_duration_seconds_bucket{job="{{.service}}"}[5m])))',
    },
  },
});
export const analysisValueTemplateSchema = wholeObject(analysisValueTemplateKind);
export type AnalysisValueTemplate = z.infer<typeof analysisValueTemplateSchema>;
