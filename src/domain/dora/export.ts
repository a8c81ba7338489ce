import { timeText } from './answer.ts';
import type { ReleaseRecord } from './record.ts';

/** A record as tools read it: times in RFC 3339, null where something is unknown. */
export interface ExportedRelease {
  readonly [field: string]: string | number | boolean | null;
}

/** The columns of an export, in their order. */
const columns: readonly (readonly [
  name: string,
  read: (record: ReleaseRecord) => ExportedRelease[string],
])[] = [
  ['uid', ({ uid }) => uid],
  ['namespace', ({ namespace }) => namespace],
  ['app', ({ app }) => app],
  ['environment', ({ environment }) => environment || null],
  ['environmentSource', ({ environmentSource }) => environmentSource || null],
  ['version', ({ version }) => version],
  ['revision', ({ revision }) => revision],
  ['previousVersion', ({ previousVersion }) => previousVersion || null],
  ['startTime', ({ startMs }) => timeOf(startMs)],
  ['endTime', ({ endMs }) => timeText(endMs)],
  ['result', ({ result }) => result],
  ['deployment', ({ deployment }) => deployment],
  ['deployedTime', ({ deployedMs }) => timeOf(deployedMs)],
  ['commitTime', ({ commitMs }) => timeOf(commitMs)],
  ['commitSource', ({ commitSource }) => commitSource || null],
  ['commit', ({ commitRevision }) => commitRevision || null],
  ['failure', ({ failure }) => failure],
  ['failedTime', ({ failedMs }) => timeOf(failedMs)],
  ['rework', ({ rework }) => rework || null],
  ['rollback', ({ isRollback }) => isRollback],
  ['workloads', ({ workloads }) => workloads],
];

/** A record for JSON. Pure. */
export function exported(record: ReleaseRecord): ExportedRelease {
  return Object.fromEntries(columns.map(([name, read]) => [name, read(record)]));
}

/** Records as CSV with a head. Pure. Source: RFC 4180. */
export function exportedCsv(records: readonly ReleaseRecord[]): string {
  const rows = records.map((record) => columns.map(([, read]) => read(record)));
  return csv([columns.map(([name]) => name), ...rows]);
}

/** Rows as CSV; null is an empty cell. Pure. */
export function csv(rows: readonly (readonly ExportedRelease[string][])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** A text that a spreadsheet would take for a formula gets an apostrophe in front. */
function cell(value: ExportedRelease[string]): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : timeText(ms);
}
