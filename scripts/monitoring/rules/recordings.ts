import { apiErrors, failedReconciles, quantile, share } from '../queries.ts';
import type { Group, Recording } from './rule.ts';

const gateWait = { histogram: 'sluice_gate_wait_seconds', window: '1h' };
const liftLatency = { histogram: 'sluice_gate_lift_latency_seconds', window: '10m' };

const all: readonly Recording[] = [
  { record: 'sluice:gate_wait_seconds:p50_1h', expression: quantile(0.5, gateWait) },
  { record: 'sluice:gate_wait_seconds:p95_1h', expression: quantile(0.95, gateWait) },
  { record: 'sluice:gate_lift_latency_seconds:p95_10m', expression: quantile(0.95, liftLatency) },
  {
    record: 'sluice:check_failures:share_1h',
    expression: share('sluice_check_seconds_count', {
      where: 'result="Failed"',
      by: ['namespace', 'definition'],
      window: '1h',
    }),
  },
  {
    record: 'sluice:reconcile_failures:share_10m',
    expression: share('sluice_reconciles_total', {
      where: failedReconciles,
      by: ['controller'],
      window: '10m',
    }),
  },
  {
    record: 'sluice:api_errors:share_10m',
    expression: share('sluice_api_requests_total', { where: apiErrors, window: '10m' }),
  },
  {
    record: 'sluice:fetch_failures:share_10m',
    expression: share('sluice_fetches_total', { where: 'result!="ok"', by: ['type'], window: '10m' }),
  },
];

/** What alerts compare with their limits, and what is looked at over months. */
export const recordings: Group = { name: 'sluice.recording', recordings: all };
