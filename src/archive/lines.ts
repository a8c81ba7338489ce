import { type ReleaseRecord, releaseRecordSchema } from '../domain/dora/record.ts';

/** The fields of a record in the order in which a line has them; a new one goes to the end. */
export const fields = [
  'uid',
  'namespace',
  'app',
  'version',
  'revision',
  'previousVersion',
  'environment',
  'environmentSource',
  'startMs',
  'endMs',
  'result',
  'deployment',
  'deployedMs',
  'commitMs',
  'commitSource',
  'commitRevision',
  'failure',
  'failedMs',
  'rework',
  'isRollback',
  'workloads',
] as const satisfies readonly (keyof ReleaseRecord)[];

/** Texts that people write may be long; what is kept of them is not. */
const longestText = 128;

/** A record whose texts are of bounded length. Pure. */
export function bounded(record: ReleaseRecord): ReleaseRecord {
  const cut = (text: string): string => text.slice(0, longestText);
  return {
    ...record,
    version: cut(record.version),
    previousVersion: cut(record.previousVersion),
    environment: cut(record.environment),
    environmentSource: cut(record.environmentSource),
    commitSource: cut(record.commitSource),
    commitRevision: cut(record.commitRevision),
  };
}

/** A record as one line without its end. Pure. */
export function lineOf(record: ReleaseRecord): string {
  return JSON.stringify(fields.map((field) => record[field]));
}

/** Reads a line; undefined when it is none. Pure. */
export function readLine(line: string): ReleaseRecord | undefined {
  let values: unknown;
  try {
    values = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!Array.isArray(values)) return undefined;
  const entries = fields.map((field, index): [string, unknown] => [field, values[index]]);
  const parsed = releaseRecordSchema.safeParse(Object.fromEntries(entries));
  return parsed.success ? parsed.data : undefined;
}
