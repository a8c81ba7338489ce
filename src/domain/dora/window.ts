import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';

/** A stretch of time: its first millisecond is in it, its last is not. */
export interface DoraWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Which releases are asked about; absent: all. */
export interface DoraFilter {
  readonly namespace?: string;
  readonly app?: string;
  /** `unknown` selects those of which nobody said it. */
  readonly environment?: string;
}

/** Where a release belongs. */
interface Belonging {
  readonly namespace: string;
  readonly app: string;
  readonly environment: string;
}

/** Whether a release is of the wanted app and namespace. Pure. */
export function isOfApp(release: Belonging, { namespace, app }: DoraFilter): boolean {
  return (
    (namespace === undefined || release.namespace === namespace) && (app === undefined || release.app === app)
  );
}

/** Whether a release is of the wanted environment. Pure. */
export function isOfEnvironment(release: Belonging, { environment }: DoraFilter): boolean {
  return environment === undefined || release.environment === (environment === 'unknown' ? '' : environment);
}

const hourMs = 3_600_000;
const unitMs: Readonly<Record<string, number>> = { h: hourMs, d: 24 * hourMs, w: 7 * 24 * hourMs };
const longestMs = 20 * 366 * 24 * hourMs;

/** The stretch up to `toMs` that a text such as `30d`, `12h` or `4w` names. Error: malformed, saying what to write. Pure. */
export function parseWindow(text: string, toMs: number): Result<DoraWindow, SluiceError> {
  const [, amount = '', unit = ''] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  const lengthMs = Number(amount) * (unitMs[unit] ?? 0);
  if (lengthMs > 0 && lengthMs <= longestMs) return ok({ fromMs: toMs - lengthMs, toMs });
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return err(
    failure('malformed', `"${shown}" is no window; write hours, days or weeks up to 20 years, such as "30d"`),
  );
}

/** Length of a window in days. Pure. */
export function daysOf({ fromMs, toMs }: DoraWindow): number {
  return (toMs - fromMs) / (24 * hourMs);
}
