import { annotations } from '../api/constants.ts';
import type { Job } from '../api/core/job.ts';
import { parseWith, z } from '../api/schema.ts';

const recordSchema = z.object({
  definitions: z
    .array(z.object({ namespace: z.string(), name: z.string(), generation: z.number().optional() }))
    .default([]),
  ttlSecondsAfterFinished: z.number().optional(),
  steps: z.array(z.string()).default([]),
});

/**
 * What a Job was made from. It is kept on the Job, because the definitions may have changed or gone by the time it is
 * asked for, and the Job is made in one write.
 */
export type JobRecord = z.infer<typeof recordSchema>;

/** The annotation that keeps a record. Pure. */
export function recordAnnotation(record: JobRecord): Record<string, string> {
  return { [annotations.jobRecord]: JSON.stringify(record) };
}

/** The record of a Job; undefined for one without, such as Keptn's. Pure. */
export function recordOf(job: Job | undefined): JobRecord | undefined {
  const text = job?.metadata.annotations?.[annotations.jobRecord];
  if (text === undefined) return undefined;
  const parsed = parseWith(z.string().transform(jsonOf).pipe(recordSchema), text);
  return parsed.ok ? parsed.value : undefined;
}

function jsonOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
