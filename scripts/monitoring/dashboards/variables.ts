import type { LabelVariable } from '../grafana/dashboard.ts';

export const namespaceVariable: LabelVariable = {
  name: 'namespace',
  title: 'Namespace',
  series: 'sluice_app_versions',
  label: 'namespace',
};

export const appVariable: LabelVariable = {
  name: 'app',
  title: 'App',
  series: 'sluice_app_versions{namespace=~"$namespace"}',
  label: 'app',
};

export const workloadVariable: LabelVariable = {
  name: 'workload',
  title: 'Workload',
  series: 'sluice_workload_versions{namespace=~"$namespace", app=~"$app"}',
  label: 'workload',
};

/** Conditions on Keptn's labels by the variables above. */
export const chosenApp = 'keptn_deployment_app_namespace=~"$namespace", keptn_deployment_app_name=~"$app"';
export const chosenWorkload =
  'keptn_deployment_workload_namespace=~"$namespace", keptn_deployment_app_name=~"$app", keptn_deployment_workload_name=~"$workload"';
