import { type CountedRelease, releaseRecordSchema } from '../domain/dora/record.ts';

/** The columns that the numbers need, in the order of a row. */
export const countedColumns = [
  'namespace',
  'app',
  'environment',
  'endMs',
  'result',
  'deployment',
  'deployedMs',
  'commitMs',
  'commitSource',
  'failure',
  'failedMs',
  'rework',
  'isRollback',
] as const satisfies readonly (keyof CountedRelease)[];

const { result, deployment, failure, rework } = releaseRecordSchema.shape;

/** A reader of rows that holds each text once: tens of thousands of releases name the same few. */
export function countedRowReader(): (row: readonly unknown[]) => CountedRelease | undefined {
  const texts = new Map<string, string>();
  const text = (value: unknown): string => {
    const given = String(value);
    const known = texts.get(given);
    if (known === undefined) texts.set(given, given);
    return known ?? given;
  };
  const results = oneOf(result.options);
  const deployments = oneOf(deployment.options);
  const failures = oneOf(failure.options);
  const reworks = oneOf(rework.options);
  return (row) => {
    const endMs = numberOf(row[3]);
    const words = {
      result: results.get(row[4]),
      deployment: deployments.get(row[5]),
      failure: failures.get(row[9]),
      rework: reworks.get(row[11]),
    };
    if (endMs === null || !isWhole(words)) return undefined;
    return {
      namespace: text(row[0]),
      app: text(row[1]),
      environment: text(row[2]),
      endMs,
      deployedMs: numberOf(row[6]),
      commitMs: numberOf(row[7]),
      commitSource: text(row[8]),
      failedMs: numberOf(row[10]),
      isRollback: row[12] === 1,
      ...words,
    };
  };
}

type Words = Pick<CountedRelease, 'result' | 'deployment' | 'failure' | 'rework'>;

function isWhole(words: { readonly [K in keyof Words]: Words[K] | undefined }): words is Words {
  return Object.values(words).every((word) => word !== undefined);
}

function oneOf<T>(options: readonly T[]): ReadonlyMap<unknown, T> {
  return new Map(options.map((option) => [option, option]));
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
