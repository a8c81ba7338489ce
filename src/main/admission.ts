import type { Settings } from '../config/settings.ts';
import type { Logger } from '../observability/logger.ts';
import { servingNames } from '../pki/serving-names.ts';
import { certificatesSecretName } from '../pki/stored.ts';
import { bundleInjector } from '../runtime/certificate-access.ts';
import type { KubeClient } from '../runtime/client.ts';
import { fetchRollout } from '../runtime/rollouts.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { AdmissionOptions } from '../server/admission-on-demand.ts';
import { webhookPaths } from '../server/admission-routes.ts';
import { keepingOptions } from './certificates.ts';

/** Hands admission its ports: reads of the cache, the certificates' Secret, the webhook configuration. */
export function admissionOptions(
  settings: Settings,
  webhookUrl: URL | undefined,
  ports: { readonly client: KubeClient; readonly runtime: Runtime; readonly logger: Logger },
): AdmissionOptions {
  const { client, runtime, logger } = ports;
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
    ...keepingOptions(settings, ports, {
      secretName: certificatesSecretName,
      wanted: servingNames(`sluice-webhook.${settings.namespace}.svc`, webhookUrl?.hostname),
      injector: bundleInjector(client, 'sluice', address),
    }),
  };
}
