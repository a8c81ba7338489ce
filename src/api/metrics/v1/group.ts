/** The API group of the kinds in this folder. */
export const metricsGroup = 'metrics.keptn.sh';

/** Served versions of the kinds of an analysis, oldest first; v1 is stored. Flagger reads v1beta1. */
export const analysisVersions = ['v1alpha3', 'v1beta1', 'v1'] as const;

/** The version in which the kinds of this group are read and written. */
export const metricsVersion = `${metricsGroup}/v1`;
