import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { Logger } from '../observability/logger.ts';
import {
  type BundleInjector,
  createKeeper,
  type KeeperClock,
  type KeeperEvent,
  type SecretStore,
} from '../pki/keeper.ts';
import type { CertificatePolicy } from '../pki/plan.ts';
import type { ServingNames } from '../pki/x509.ts';
import type { AdmissionPorts } from '../webhook/handler.ts';
import { admissionRoutes } from './admission-routes.ts';
import { createApp } from './http.ts';
import { listenTls } from './https.ts';

/** All that the admission listener works with. */
export interface AdmissionOptions {
  readonly port: number;
  readonly admission: AdmissionPorts;
  readonly store: SecretStore;
  readonly injector: BundleInjector;
  readonly clock: KeeperClock;
  readonly wanted: ServingNames;
  readonly policy: CertificatePolicy;
  /** Somebody else makes the certificates; they are only served here. */
  readonly isExternal: boolean;
  readonly logger: Logger;
}

/** A running admission listener. */
export interface Admission {
  /** When the served certificate ends; undefined until one is served. */
  readonly notAfter: () => Date | undefined;
  readonly stop: (graceMs: number) => Promise<void>;
}

/** Listens for AdmissionReviews and keeps the certificate. Error: unavailable, when the port cannot be had. */
export async function startAdmission(options: AdmissionOptions): Promise<Result<Admission, SluiceError>> {
  const { admission, logger, ...keeping } = options;
  const app = createApp(admissionRoutes(admission), (error, path) => {
    logger.error('request threw', { error, path });
  });
  const listening = await listenTls(app, { port: options.port });
  if (!listening.ok) return listening;
  let notAfter: Date | undefined;
  const keeper = createKeeper(
    {
      store: keeping.store,
      injector: keeping.injector,
      clock: keeping.clock,
      sink: {
        use: (certificate) => {
          const used = listening.value.useCertificate(certificate);
          if (used.ok) notAfter = certificate.notAfter;
          return used;
        },
      },
      report: (event) => {
        reportKeeper(logger, event);
      },
    },
    { wanted: keeping.wanted, policy: keeping.policy, isExternal: keeping.isExternal },
  );
  keeper.start();
  return ok({
    notAfter: () => notAfter,
    stop: async (graceMs) => {
      keeper.stop();
      await listening.value.stop(graceMs);
    },
  });
}

function reportKeeper(logger: Logger, event: KeeperEvent): void {
  switch (event.kind) {
    case 'changed':
      logger.info('certificates changed', { change: event.change, reason: event.reason });
      return;
    case 'served':
      logger.info('certificate served', { notAfter: event.notAfter.toISOString() });
      return;
    case 'failed': {
      const { tag, message } = event.error;
      logger.warn('certificates not up to date', { tag, reason: message, retryInMs: event.retryInMs });
      return;
    }
  }
}
