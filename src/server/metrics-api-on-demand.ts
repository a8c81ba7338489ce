import type { startMetricsApi as start } from './metrics-api/metrics-api.ts';

/** `startMetricsApi`, loaded when it is first called: only one role serves it. */
export const startMetricsApi: typeof start = async (options) =>
  (await import('./metrics-api/metrics-api.ts')).startMetricsApi(options);
