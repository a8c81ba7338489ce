/** The API group of the kinds in this folder. */
export const lifecycleGroup = 'lifecycle.keptn.sh';

/** Served versions of most kinds, oldest first; v1 is stored. */
export const fiveVersions = ['v1alpha1', 'v1alpha2', 'v1alpha3', 'v1beta1', 'v1'] as const;
