import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { parseWith, z } from '../schema.ts';
import { parseYamlDocuments } from '../yaml.ts';

/** A text that YAML may have read as a number; what is left empty is absent. */
const looseText = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((given) => (given === null || given === undefined ? undefined : String(given)));

/** A list whose empty entries mean nothing. */
function looseList<T extends z.ZodType>(entry: T) {
  return z
    .array(entry.nullable())
    .nullish()
    .transform((given) => (given ?? []).filter((one) => one !== null));
}

const criteriaSchema = z
  .object({
    criteria: looseList(z.union([z.string(), z.number()]).transform(String)).describe('All of them hold.'),
  })
  .describe('A group of criteria.');

const objectiveSchema = z.object({
  sli: z.string().min(1).describe('Name of the indicator.'),
  displayName: looseText.transform((name) => name ?? ''),
  pass: looseList(criteriaSchema).describe(
    'The objective passes when one group holds; without any it only informs.',
  ),
  warning: looseList(criteriaSchema).describe('When none of pass but one of these holds, it counts half.'),
  weight: z
    .int32()
    .nullish()
    .transform((weight) => weight || 1)
    .describe('How much it counts; 0 means 1.'),
  key_sli: z
    .boolean()
    .nullish()
    .transform((key) => key === true)
    .describe('When it fails, all fails.'),
});
export type SloObjective = z.infer<typeof objectiveSchema>;
export type CriteriaGroup = z.infer<typeof criteriaSchema>;

const comparisonSchema = z
  .object({
    compare_with: looseText,
    include_result_with_score: looseText,
    number_of_comparison_results: z.int32().nullish(),
    aggregate_function: looseText,
  })
  .describe('Which earlier evaluations relative criteria look at.');
export type SloComparison = z.infer<typeof comparisonSchema>;

const sloFileSchema = z.object({
  comparison: comparisonSchema.nullish(),
  objectives: looseList(objectiveSchema),
  total_score: z
    .object({ pass: looseText, warning: looseText })
    .nullish()
    .describe('The percentages that are needed.'),
});
export type SloFile = z.infer<typeof sloFileSchema>;

const sliFileSchema = z.object({
  indicators: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).nullish(),
});
export type SliFile = z.infer<typeof sliFileSchema>;

/**
 * Reads slo.yaml of Keptn v1; undefined for an empty file. Fields that nothing reads are not looked at. Error: malformed,
 * naming the line or the field. Pure. Source: Keptn v1 control plane, spec 5.2.
 */
export function readSloFile(text: string): Result<SloFile | undefined, SluiceError> {
  return readFile(text, sloFileSchema);
}

/** Reads sli.yaml of Keptn v1; undefined for an empty file. Error: malformed, naming the line or the field. Pure. */
export function readSliFile(text: string): Result<SliFile | undefined, SluiceError> {
  return readFile(text, sliFileSchema);
}

function readFile<T>(text: string, schema: z.ZodType<T>): Result<T | undefined, SluiceError> {
  const documents = parseYamlDocuments(text);
  if (!documents.ok) return documents;
  const [first, second] = documents.value;
  if (first === undefined) return ok(undefined);
  if (second !== undefined) {
    return err(failure('malformed', `line ${second.line}: a second document begins; keep one in the file`));
  }
  return parseWith(schema, first.object);
}
