import * as z from 'zod';

const reportSchema = z.object({
  success: z.boolean(),
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(''),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});
type FileReport = z.infer<typeof reportSchema>['testResults'][number];

/** What all reports together say. */
export interface Summary {
  /** `tests: N passed, N failed`. */
  readonly line: string;
  /** False when something failed or nothing ran. */
  readonly ok: boolean;
  /** Each failure as `file > test: first line of its message`. */
  readonly failures: readonly string[];
}

/**
 * Sums vitest's JSON reports. A file that broke before its first test counts as one failure, as does a suite that never
 * began and a report that cannot be read. Pure.
 */
export function summarise(reports: readonly string[]): Summary {
  let passed = 0;
  const failures: string[] = [];
  for (const text of reports) {
    const report = parse(text);
    passed += report?.numPassedTests ?? 0;
    const found = report?.testResults.flatMap(failuresOf) ?? [];
    // A suite whose cluster does not come up reports no test at all.
    if (found.length === 0 && report?.success !== true)
      failures.push('a suite that left no report of its end');
    failures.push(...found);
  }
  const isOk = failures.length === 0 && passed > 0;
  return { line: `tests: ${passed} passed, ${failures.length} failed`, ok: isOk, failures };
}

function failuresOf({ name, status, message, assertionResults }: FileReport): string[] {
  const tests = assertionResults
    .filter((result) => result.status === 'failed')
    .map(({ fullName, failureMessages }) => `${name} > ${fullName}: ${firstLine(failureMessages?.[0])}`);
  return status === 'failed' && tests.length === 0 ? [`${name}: ${firstLine(message)}`] : tests;
}

const firstLine = (text = 'no message'): string => text.split('\n', 1)[0]?.trim() ?? '';

function parse(text: string): z.infer<typeof reportSchema> | undefined {
  try {
    return reportSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // a run that was cut off leaves half a file
  }
}
