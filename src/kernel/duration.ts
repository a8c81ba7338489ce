import { failure, type SluiceError } from './errors.ts';
import { err, ok, type Result } from './result.ts';

/** The pattern that a duration field admits: Go's syntax without sign, every branch anchored. */
export const durationPattern = '^(0|([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$';

const msPerUnit: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** The most that Go's time.Duration holds: 2^63 - 1 nanoseconds, 292 years. */
const maxMs = 9_223_372_036_854;

/**
 * Parses a duration such as `5m` or `1h30m` into milliseconds. Error: malformed, naming what was read.
 * Pure. Source: Go's time.ParseDuration, as Kubernetes durations are written.
 */
export function parseDurationMs(text: string): Result<number, SluiceError> {
  const refused = (why: string) =>
    err(failure('malformed', `"${text}" is ${why}; write for example "30s", "5m" or "1h30m"`));
  if (!new RegExp(durationPattern).test(text)) return refused('not a duration');
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(amount) * (msPerUnit[unit ?? ''] ?? 0);
  }
  return total > maxMs ? refused('longer than 292 years') : ok(total);
}
