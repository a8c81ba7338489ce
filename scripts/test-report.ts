import * as z from 'zod';

const reportSchema = z.object({
  success: z.boolean(),
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
});

/**
 * Sums vitest's JSON reports into `tests: N passed, N failed`. A file that broke before its first test counts
 * as one failure, as does a suite that never
 * began and a report that cannot be read. Not ok when something failed or nothing ran. Pure.
 */
export function summarise(reports: readonly string[]): { readonly line: string; readonly ok: boolean } {
  let passed = 0;
  let failed = 0;
  for (const text of reports) {
    const report = parse(text);
    if (report === undefined) {
      failed += 1;
      continue;
    }
    const broken = report.testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && !assertionResults.some((result) => result.status === 'failed'),
    );
    passed += report.numPassedTests;
    const failures = report.numFailedTests + broken.length;
    // A suite whose cluster does not come up reports no test at all.
    failed += failures === 0 && !report.success ? 1 : failures;
  }
  return { line: `tests: ${passed} passed, ${failed} failed`, ok: failed === 0 && passed > 0 };
}

function parse(text: string): z.infer<typeof reportSchema> | undefined {
  try {
    return reportSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // a run that was cut off leaves half a file
  }
}
