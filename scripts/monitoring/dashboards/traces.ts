import { traceLinks } from '../grafana/trace-link.ts';

/** `service.name` in the resource of our spans (src/main/outbox.ts). */
const service = 'sluice';

/** Of a table's row: the value of the column with that title. */
const cell = (title: string): string => `\${__data.fields.${title}:percentencode}`;
/** Of a graph's series: the value of the label. */
const label = (name: string): string => `\${__field.labels.${name}:percentencode}`;

/** Links of tables that have the columns App and Version. */
export const appTraces = traceLinks(service, {
  'keptn.deployment.app.name': cell('App'),
  'keptn.deployment.app.version': cell('Version'),
});

/** Links of tables that have the columns Workload and Version. */
export const workloadTraces = traceLinks(service, {
  'keptn.deployment.workload.name': cell('Workload'),
  'keptn.deployment.workload.version': cell('Version'),
});

/** Links of graphs of an app's versions. */
export const appGraphTraces = traceLinks(service, {
  'keptn.deployment.app.name': label('keptn_deployment_app_name'),
  'keptn.deployment.app.version': label('keptn_deployment_app_version'),
});

/** Links of graphs of a workload's versions. */
export const workloadGraphTraces = traceLinks(service, {
  'keptn.deployment.workload.name': label('keptn_deployment_workload_name'),
  'keptn.deployment.workload.version': label('keptn_deployment_workload_version'),
});
