/** What is sent in one go: a run of a version, what ran after its failure, or a check that outlived its version. Pure. */
export const partOf = {
  run: (run: number): string => `run/${run}`,
  afterFailure: (run: number): string => `after-failure/${run}`,
  late: (check: string): string => `late/${check}`,
} as const;
