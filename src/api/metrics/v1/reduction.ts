import { positiveDuration } from '../../field-rules.ts';
import { z } from '../../schema.ts';

/** How the samples of a query become one value. */
export const aggregations = ['p90', 'p95', 'p99', 'max', 'min', 'avg', 'median'] as const;
export type Aggregation = (typeof aggregations)[number];

/** As above, and by the place of the sample in time. */
export const reductions = [...aggregations, 'first', 'last'] as const;
export type Reduction = (typeof reductions)[number];

/** How the samples of the window of an analysis become one value. */
export const reductionSchema = z
  .object({
    function: z
      .enum(reductions)
      .describe(
        'Which value: p90, p95, p99, max, min, avg or median of all samples, or the first or last of them in time.',
      ),
    step: positiveDuration('How far the samples are apart, such as 30s. Absent: 1m.').optional(),
  })
  .describe(
    'How the samples of the window become one value. Absent: what the provider makes of them; prometheus and its kin are then asked for the value at the end of the window.',
  );
