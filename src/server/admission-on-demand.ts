import type { startAdmission as start } from './admission.ts';

export type { AdmissionOptions } from './admission.ts';

/**
 * `startAdmission`, loaded when it is first called: with it come the HTTP framework and the X.509 library, which a
 * controller would keep in memory for nothing.
 */
export const startAdmission: typeof start = async (options) =>
  (await import('./admission.ts')).startAdmission(options);
