/** The API group of the kinds in this folder. */
export const metricsGroup = 'metrics.keptn.sh';
