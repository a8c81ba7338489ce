import type { Reading } from '../../src/domain/metric-source.ts';
import type { SluiceError } from '../../src/kernel/errors.ts';
import type { Result } from '../../src/kernel/result.ts';
import type { Connected, Driver, ProviderContext, ProviderQuery } from '../../src/providers/provider.ts';
import { aProvider } from './provider-objects.ts';
import { scriptedHttp } from './scripted-http.ts';

/** The moment of a fetch and a window before it. */
export const at = new Date('2026-08-01T10:00:00.250Z');
export const window = { from: new Date('2026-08-01T09:50:00Z'), to: new Date('2026-08-01T09:58:00Z') };

/** Connects a driver with what the test names; a client that answers nothing, and no Secret. */
export function connected(driver: Driver, given: Partial<ProviderContext>): Connected {
  const result = driver.connect({
    provider: aProvider(),
    secret: undefined,
    http: scriptedHttp(() => '').http,
    pause: () => Promise.resolve(),
    ...given,
  });
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** One query for a KeptnMetric, without a window unless the test gives one. */
export function fetchOf(
  from: Connected,
  query: Partial<ProviderQuery> = {},
  signal = new AbortController().signal,
): Promise<Result<Reading, SluiceError>> {
  return from.fetch({ text: 'q', at, purpose: 'metric', ...query }, signal);
}

/** What a result says in one line: its samples and note, or its error. */
export function said(result: Result<Reading, SluiceError>): string {
  if (!result.ok) return `${result.error.tag}: ${result.error.message}`;
  const { samples, note } = result.value;
  return note === undefined ? samples.join(' ') : `${samples.join(' ')} (${note})`;
}
