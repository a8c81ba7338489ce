import type { Analysis } from '../../api/metrics/v1/analysis.ts';
import { z } from '../../api/schema.ts';

/** What the stored result of an Analysis says of one objective. */
export interface ObjectiveResult {
  readonly name: string;
  /** Of the template as it was written in the definition, empty where none was. */
  readonly namespace: string;
  readonly weight: number;
  readonly isKey: boolean;
  /** Undefined: nothing was measured. */
  readonly value: number | undefined;
}

/** What is exposed of an Analysis that is through. */
export interface AnalysisResult {
  /** Of the highest score, 0 to 100. */
  readonly percentage: number;
  readonly objectives: readonly ObjectiveResult[];
}

const rawSchema = z.object({
  totalScore: z.number().default(0),
  maximumScore: z.number().default(0),
  objectiveResults: z
    .array(
      z.object({
        value: z.number().nullish(),
        // Keptn wrote 0 for what it could not measure, and an error beside it.
        error: z.unknown().optional(),
        objective: z.object({
          analysisValueTemplateRef: z.object({ name: z.string(), namespace: z.string().default('') }),
          weight: z.number().default(0),
          keyObjective: z.boolean().default(false),
        }),
      }),
    )
    .nullish(),
});

/** The result of an Analysis; undefined before it is Completed, and where its stored result cannot be read. Pure. */
export function readResult({ status }: Analysis): AnalysisResult | undefined {
  if (status?.state !== 'Completed' || status.raw === undefined) return undefined;
  const parsed = rawSchema.safeParse(tolerantJson(status.raw));
  if (!parsed.success) return undefined;
  const { totalScore, maximumScore, objectiveResults } = parsed.data;
  return {
    percentage: maximumScore === 0 ? 0 : (totalScore / maximumScore) * 100,
    objectives: (objectiveResults ?? []).map(({ value, error, objective }) => ({
      ...objective.analysisValueTemplateRef,
      weight: objective.weight,
      isKey: objective.keyObjective,
      value: error === undefined ? (value ?? undefined) : undefined,
    })),
  };
}

function tolerantJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
