/** Titles of the columns that tables share, by label. */
export const appColumns = {
  keptn_deployment_app_name: 'App',
  keptn_deployment_app_namespace: 'Namespace',
  keptn_deployment_app_version: 'Version',
} as const;

export const workloadColumns = {
  keptn_deployment_workload_name: 'Workload',
  keptn_deployment_workload_namespace: 'Namespace',
  keptn_deployment_workload_version: 'Version',
  keptn_deployment_app_name: 'App',
} as const;
