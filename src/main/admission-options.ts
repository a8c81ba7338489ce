import type { Settings } from '../config/settings.ts';
import type { Logger } from '../observability/logger.ts';
import { defaultPolicy } from '../pki/plan.ts';
import { servingNames } from '../pki/serving-names.ts';
import { certificatesSecretName } from '../pki/stored.ts';
import { bundleInjector, secretAccess } from '../runtime/certificate-access.ts';
import type { KubeClient } from '../runtime/client.ts';
import { systemClock } from '../runtime/clock.ts';
import { fetchRollout } from '../runtime/rollouts.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { AdmissionOptions } from '../server/admission-on-demand.ts';
import { webhookPaths } from '../server/admission-routes.ts';

/** Hands admission its ports: reads of the cache, the certificates' Secret, the webhook configuration. */
export function admissionOptions(
  settings: Settings,
  { webhookUrl }: { readonly webhookUrl?: URL },
  { client, runtime, logger }: { client: KubeClient; runtime: Runtime; logger: Logger },
): AdmissionOptions {
  const { namespace, caValidityMs: caLifetimeMs, certValidityMs: servingLifetimeMs } = settings;
  const address = webhookUrl === undefined ? undefined : { url: webhookUrl.origin, paths: webhookPaths };
  return {
    port: settings.webhookPort,
    admission: {
      owners: runtime.reader,
      versions: runtime.reader,
      apps: runtime.reader,
      fetchRollout: fetchRollout(client),
      reportBug: (error, uid) => {
        logger.error('admission threw', { error, uid });
      },
    },
    store: secretAccess(client, namespace, certificatesSecretName),
    injector: bundleInjector(client, 'sluice', address),
    clock: {
      now: () => new Date(systemClock.now()),
      after: (ms, call) => ({ cancel: systemClock.setTimer(ms, call) }),
    },
    wanted: servingNames(`sluice-webhook.${namespace}.svc`, webhookUrl?.hostname),
    policy: { ...defaultPolicy, caLifetimeMs, servingLifetimeMs },
    isExternal: settings.externalCertificates,
    logger,
  };
}
