/** What admission reads beside what controllers watch. */
export const admissionResources = [
  'replicasets',
  'deployments',
  'statefulsets',
  'daemonsets',
  'keptnworkloadversions',
  'keptnapps',
  'keptnappcontexts',
] as const;
