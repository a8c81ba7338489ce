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
import type { TlsListener } from './https.ts';

/** What the certificate of a listener is kept with. */
export interface KeepingOptions {
  readonly store: SecretStore;
  readonly injector: BundleInjector;
  readonly clock: KeeperClock;
  readonly wanted: ServingNames;
  readonly policy: CertificatePolicy;
  /** Somebody else makes the certificates; they are only served here. */
  readonly isExternal: boolean;
  readonly logger: Logger;
}

/**
 * The API server keeps connections to a replica that its Service has forgotten. One that is to end answers on until
 * nobody has asked for so long, so that none of them is closed under a request; a second, at some 200 pods a second.
 */
export const quietMs = 1_000;

/** A listener whose certificate is kept. */
export interface Serving {
  /** When the served certificate ends; undefined until one is served. */
  readonly notAfter: () => Date | undefined;
  readonly stop: (graceMs: number) => Promise<void>;
}

/** Keeps the certificate of a listener until it is stopped. */
export function keepCertificate(listener: TlsListener, options: KeepingOptions): Serving {
  const { store, injector, clock, logger, wanted, policy, isExternal } = options;
  let notAfter: Date | undefined;
  const keeper = createKeeper(
    {
      store,
      injector,
      clock,
      sink: {
        use: (certificate) => {
          const used = listener.useCertificate(certificate);
          if (used.ok) notAfter = certificate.notAfter;
          return used;
        },
      },
      report: (event) => {
        reportKeeper(logger, event);
      },
    },
    { wanted, policy, isExternal },
  );
  keeper.start();
  return {
    notAfter: () => notAfter,
    stop: async (graceMs) => {
      keeper.stop();
      await listener.stop(graceMs);
    },
  };
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
