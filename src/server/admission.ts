import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { AdmissionPorts } from '../webhook/handler.ts';
import { admissionRoutes } from './admission-routes.ts';
import { createApp } from './http.ts';
import { listenTls } from './https.ts';
import { type KeepingOptions, keepCertificate, quietMs, type Serving } from './keep-certificate.ts';

/** All that the admission listener works with. */
export interface AdmissionOptions extends KeepingOptions {
  readonly port: number;
  readonly admission: AdmissionPorts;
}

/** Listens for AdmissionReviews and keeps the certificate. Error: unavailable, when the port cannot be had. */
export async function startAdmission(options: AdmissionOptions): Promise<Result<Serving, SluiceError>> {
  const { admission, logger, port } = options;
  const app = createApp(admissionRoutes(admission), (error, path) => {
    logger.error('request threw', { error, path });
  });
  const listening = await listenTls(app, { port, quietMs });
  return listening.ok ? ok(keepCertificate(listening.value, options)) : listening;
}
