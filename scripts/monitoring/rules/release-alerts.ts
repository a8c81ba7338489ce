import { once } from '../queries.ts';
import { limits } from './limits.ts';
import type { Alert, Group } from './rule.ts';

/** A new leader shows the same versions under another instance: what failed is told by the objects, not by their growth. */
const failed = 'keptn_app_count_total{keptn_deployment_app_status="Failed"}';

const alerts: readonly Alert[] = [
  {
    name: 'SluiceGateHeldLong',
    severity: 'warning',
    expression: `time() - ${once('sluice_gated_pod_oldest_timestamp_seconds')} > ${limits.gateHeldSeconds}`,
    for: '5m',
    summary: 'A pod in {{ $labels.namespace }} has been held at the gate for {{ $value | humanizeDuration }}',
    description:
      'A check runs long, has failed, or waits for a person. `sluice explain pod NAME -n {{ $labels.namespace }}` says which.',
  },
  {
    name: 'SluiceGateLiftSlow',
    severity: 'warning',
    expression: `sluice:gate_lift_latency_seconds:p95_10m > ${limits.liftLatencySeconds}`,
    for: '10m',
    summary: 'Gates are lifted {{ $value | humanizeDuration }} after the last check passed (95th percentile)',
    description:
      'Pods wait though nothing is left to wait for: the controller is behind. Look at its queue, the API server and its processor.',
  },
  {
    name: 'SluiceReleaseFailed',
    severity: 'info',
    expression: `count by (keptn_deployment_app_namespace, keptn_deployment_app_name) (${once(failed)} > 0 unless ${once(`${failed} offset 15m`)} > 0)`,
    for: '0m',
    summary:
      'A release of {{ $labels.keptn_deployment_app_name }} in {{ $labels.keptn_deployment_app_namespace }} failed',
    description:
      '`sluice explain app {{ $labels.keptn_deployment_app_name }} -n {{ $labels.keptn_deployment_app_namespace }}` says at which check or workload.',
  },
  {
    name: 'SluiceChecksFailOften',
    severity: 'warning',
    expression: `sluice:check_failures:share_1h > ${limits.checkFailureShare}`,
    for: '30m',
    summary:
      'Of the checks {{ $labels.definition }} in {{ $labels.namespace }} {{ $value | humanizePercentage }} failed within an hour',
    description:
      'Either releases are bad or the check is. Its last lines are in the status of its KeptnTasks, its values in that of its KeptnEvaluations.',
  },
];

/** About releases: for the teams whose pods wait. */
export const releaseAlerts: Group = { name: 'sluice.releases', alerts };
