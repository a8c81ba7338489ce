import { admittedWhen, duration, objectName, optionalObjectName } from '../../field-rules.ts';
import { defineKind, wholeObject } from '../../kind.ts';
import { conditionsSchema } from '../../lifecycle/v1/shared.ts';
import { text, textMap, time, z } from '../../schema.ts';
import { analysisVersions, metricsGroup } from './group.ts';

/** The states of an Analysis; Pending is read where none is written. */
export const analysisStates = ['Pending', 'Progressing', 'Completed'] as const;

const specTimeframe = admittedWhen(
  z
    .object({
      from: time('When the window begins. Goes with to.').optional(),
      to: time('When the window ends.').optional(),
      recent: duration(
        'How far the window reaches back from the moment the Analysis begins, such as 5m.',
      ).optional(),
    })
    .describe('The time that is looked at: either recent, or from and to.'),
  [
    {
      rule: "(has(self.recent) && self.recent != '0' && self.recent != '0s') != (has(self.from) || has(self.to))",
      message: "set either 'recent', or both 'from' and 'to'",
    },
    {
      rule: 'has(self.from) == has(self.to)',
      message: "'from' and 'to' go together: set both or neither",
    },
    {
      rule: '!(has(self.from) && has(self.to)) || self.to > self.from',
      message: "'to' must be later than 'from'",
    },
  ],
);

const storedValue = z.object({
  objectiveReference: z
    .object({ name: text('Its name.'), namespace: text('Its namespace, where one was given.').optional() })
    .describe('The AnalysisValueTemplate.'),
  query: text('The query as it was sent.').optional(),
  value: text('What was measured.').optional(),
  errMsg: text('Why nothing could be measured.').optional(),
});

const status = z
  .object({
    timeframe: z
      .object({
        from: time('When the window begins.').optional(),
        to: time('When the window ends.').optional(),
        recent: text('Always 0s.').optional(),
      })
      .describe('The time that is looked at; it stays as it was when the Analysis began.'),
    state: text(`Where the Analysis is: ${analysisStates.join(', ')}.`).default(''),
    raw: text('The result as JSON: every objective with its value and score, and the totals.').optional(),
    pass: z
      .boolean()
      .describe('Whether the Analysis passed. Written once it is Completed, false as well as true.')
      .optional(),
    warning: z.boolean().describe('Whether it passed with a warning.').optional(),
    score: text('The score in percent of the highest one, such as "83.33".').optional(),
    message: text('Why the result is what it is, in one sentence.').optional(),
    storedValues: z
      .record(z.string(), storedValue)
      .describe('What has been measured so far; removed once the Analysis is Completed.')
      .optional(),
    startTime: time('When the Analysis began.').optional(),
    endTime: time('When it was Completed.').optional(),
    attempts: z
      .int()
      .min(0)
      .meta({ description: 'How many rounds of fetches were made.', format: 'int32' })
      .optional(),
    comparedWith: z
      .array(z.string())
      .describe('The earlier Analyses that values were compared with.')
      .optional(),
    conditions: conditionsSchema.optional(),
  })
  .describe('What was found.');

/** Analysis: measures the objectives of a definition over a window of time, once. */
export const analysisKind = defineKind({
  group: metricsGroup,
  kind: 'Analysis',
  plural: 'analyses',
  versions: analysisVersions,
  columns: [
    { name: 'AnalysisDefinition', path: '.spec.analysisDefinition.name' },
    { name: 'State', path: '.status.state' },
    { name: 'Warning', path: '.status.warning' },
    { name: 'Pass', path: '.status.pass' },
    { name: 'Score', path: '.status.score' },
  ],
  description:
    'Measures the objectives of an AnalysisDefinition over a window of time, once, and scores them. Written by users and pipelines.',
  notes: [
    'recent must be a whole duration; text around one was admitted before and meant something else.',
    'pass and warning are always written once the state is Completed; false was left out before.',
  ],
  spec: z
    .object({
      timeframe: specTimeframe,
      args: textMap('What fills the holes of the queries, by name.').optional(),
      analysisDefinition: z
        .object({
          name: objectName('Name of the AnalysisDefinition.'),
          namespace: optionalObjectName('Its namespace. Absent: that of the Analysis.').optional(),
        })
        .describe('What is measured.'),
      timeout: duration(
        'How long it may take to measure everything; what is not measured by then counts as failed. Absent: 5m.',
      ).default('5m'),
    })
    .describe('What is measured, when and with what arguments.'),
  status,
  example: {
    name: 'checkout-5m',
    spec: {
      timeframe: { recent: '5m' },
      args: { service: 'checkout' },
      analysisDefinition: { name: 'service-quality' },
    },
  },
});

const numeric = z.number().nullish();
const keptResult = z.object({
  objectiveResults: z.array(
    z.object({
      objective: z.object({
        analysisValueTemplateRef: z.object({ name: z.string(), namespace: z.string().optional() }),
        weight: z.number().optional(),
        keyObjective: z.boolean().optional(),
      }),
      value: numeric,
      score: numeric,
      error: z
        .unknown()
        .transform(() => 'see status.raw')
        .optional(),
    }),
  ),
  totalScore: numeric,
  maximumScore: numeric,
});

/** A result without its queries and targets, which are most of it. One that cannot be read is none. Pure. */
function narrowResult(raw: string): string {
  try {
    return JSON.stringify(keptResult.parse(JSON.parse(raw)));
  } catch {
    return '';
  }
}

/** An Analysis with all of its result. */
export const wholeAnalysisSchema = wholeObject(analysisKind);

/** What is read of an Analysis: its result only as far as later ones are compared with it and metrics tell it. */
export const analysisSchema = wholeAnalysisSchema.extend({
  status: status.extend({ raw: status.shape.raw.unwrap().transform(narrowResult).optional() }).optional(),
});
export type Analysis = z.infer<typeof analysisSchema>;
