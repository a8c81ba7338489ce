import type { Settings } from '../config/settings.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { BundleInjector } from '../pki/keeper.ts';
import { defaultPolicy } from '../pki/plan.ts';
import type { ServingNames } from '../pki/x509.ts';
import { secretAccess } from '../runtime/certificate-access.ts';
import type { KubeClient } from '../runtime/client.ts';
import { systemClock } from '../runtime/clock.ts';
import type { KeepingOptions } from '../server/keep-certificate.ts';

/** Reports when the certificate that a listener serves ends; nothing before it serves one. */
export function meterCertificate(
  metrics: Metrics,
  certificate: 'webhook' | 'metrics-api',
  notAfter: () => Date | undefined,
): void {
  metrics.onCollect(() => {
    const end = notAfter();
    if (end !== undefined)
      metrics.set('sluice_certificate_expiry_timestamp_seconds', { certificate }, end.getTime() / 1000);
  });
}

/** What differs between the listeners that keep a certificate. */
export interface CertificateOf {
  /** The Secret that holds it, in Sluice's namespace. */
  readonly secretName: string;
  readonly wanted: ServingNames;
  readonly injector: BundleInjector;
}

/** The ports of a certificate's keeper: Secret, trust, clock, lifetimes. */
export function keepingOptions(
  settings: Settings,
  { client, logger }: { readonly client: KubeClient; readonly logger: Logger },
  { secretName, wanted, injector }: CertificateOf,
): KeepingOptions {
  const { namespace, caValidityMs: caLifetimeMs, certValidityMs: servingLifetimeMs } = settings;
  return {
    store: secretAccess(client, namespace, secretName),
    injector,
    clock: {
      now: () => new Date(systemClock.now()),
      after: (ms, call) => ({ cancel: systemClock.setTimer(ms, call) }),
    },
    wanted,
    policy: { ...defaultPolicy, caLifetimeMs, servingLifetimeMs },
    isExternal: settings.externalCertificates,
    logger,
  };
}
