import type { KeptnMetric } from '../../api/metrics/v1/keptn-metric.ts';
import { formatQuantity, parseQuantity, quantityOfDecimal } from '../../domain/quantity.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';

/** A value that an autoscaler may act on. */
export interface Measured {
  /** Canonical form of a Kubernetes quantity, such as 250m. */
  readonly value: string;
  /** When it was fetched, RFC 3339. */
  readonly timestamp: string;
}

/** A value is too old once this many fetches in a row must have been missed; as for evaluations. */
const missedFetches = 3;
/** Fetches and their writing have delays of their own; a metric of every second is not old after three. */
const shortestFetchSeconds = 10;

/**
 * The value of a metric, or why there is none to act on: nothing was fetched, the last fetch failed, the value is no
 * number, or nobody renews it. An autoscaler then leaves its replicas as they are. Error: not-found. Pure.
 */
export function measuredValue({ spec, status }: KeptnMetric, now: Date): Result<Measured, SluiceError> {
  if (status?.errMsg) return absent('its last fetch failed; see its status.errMsg');
  if (!status?.value) return absent('it has no value yet; see whether its provider answers its spec.query');
  const { value, lastUpdated } = status;
  const fetchedAtMs = Date.parse(lastUpdated ?? '');
  if (lastUpdated === undefined || Number.isNaN(fetchedAtMs))
    return absent('its status.lastUpdated says no time');
  const limitSeconds = missedFetches * Math.max(spec.fetchIntervalSeconds, shortestFetchSeconds);
  if (now.getTime() - fetchedAtMs > limitSeconds * 1000) {
    const why = `its value is too old: fetched at ${lastUpdated}, more than ${limitSeconds} s ago`;
    return absent(`${why}; see whether it is fetched still`);
  }
  const measured = quantityOfDecimal(value);
  const quantity = measured.ok ? measured : parseQuantity(value);
  if (!quantity.ok) return absent(`its value ${JSON.stringify(value.slice(0, 60))} is no number`);
  return ok({ value: formatQuantity(quantity.value), timestamp: timestamp(fetchedAtMs) });
}

/** As meta/v1 Time is written: whole seconds, UTC. */
function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function absent(why: string): { readonly ok: false; readonly error: SluiceError } {
  return err(failure('not-found', why));
}
