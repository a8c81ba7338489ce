import { readFileSync } from 'node:fs';
import { z } from '../../../src/api/schema.ts';
import { parseYamlDocuments } from '../../../src/api/yaml.ts';
import { ok } from '../../../src/kernel/result.ts';
import { type CertificateKeeper, createKeeper, type KeeperEvent } from '../../../src/pki/keeper.ts';
import type { CertificatePolicy } from '../../../src/pki/plan.ts';
import { servingNames } from '../../../src/pki/serving-names.ts';
import { bundleInjector, secretAccess } from '../../../src/runtime/certificate-access.ts';
import type { KubeClient } from '../../../src/runtime/client.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { admissionRoutes, webhookPaths } from '../../../src/server/admission-routes.ts';
import { createApp } from '../../../src/server/http.ts';
import { listenTls } from '../../../src/server/https.ts';
import { at, must, newNamespace, syncedCache } from '../runtime/world.ts';

const manifest = new URL('../../../manifests/base/webhook-configuration.yaml', import.meta.url);
const expression = z.looseObject({
  key: z.string(),
  operator: z.string(),
  values: z.array(z.string()).optional(),
});
const configuration = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  webhooks: z.array(
    z.looseObject({
      name: z.string(),
      namespaceSelector: z.looseObject({ matchExpressions: z.array(expression) }),
    }),
  ),
});

/** The shipped configuration under another name, narrowed to these namespaces, so that suites don't meet. */
function narrowed(name: string, namespaces: readonly string[]): z.infer<typeof configuration> {
  const [document] = must(parseYamlDocuments(readFileSync(manifest, 'utf8')));
  const shipped = configuration.parse(document?.object);
  const here = { key: 'kubernetes.io/metadata.name', operator: 'In', values: [...namespaces] };
  return {
    ...shipped,
    metadata: { ...shipped.metadata, name },
    webhooks: shipped.webhooks.map(({ namespaceSelector, ...webhook }) => ({
      ...webhook,
      namespaceSelector: {
        ...namespaceSelector,
        matchExpressions: [...namespaceSelector.matchExpressions, here],
      },
    })),
  };
}

/** A webhook that a real API server asks. */
export interface WebhookWorld {
  readonly asked: () => number;
  readonly keeper: CertificateKeeper;
  readonly events: readonly KeeperEvent[];
  readonly caBundle: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Starts a webhook for these namespaces; its certificates are in a namespace of its own. Every answer ends its connection. */
export async function webhookWorld(
  client: KubeClient,
  namespaces: readonly string[],
  policy: CertificatePolicy,
): Promise<WebhookWorld> {
  const home = await newNamespace(client, 'webhook');
  const cache = await syncedCache(client, ['replicasets', 'deployments', 'statefulsets', 'daemonsets']);
  let asked = 0;
  const app = createApp(
    admissionRoutes({
      owners: cache,
      fetchRollout: () => Promise.resolve(ok(undefined)),
      apps: { get: () => undefined },
      versions: { get: () => undefined },
      reportBug: console.error,
    }),
    console.error,
  );
  const listener = must(
    await listenTls(
      (request, response) => {
        asked += 1;
        response.setHeader('Connection', 'close');
        app(request, response);
      },
      { port: 0, host: '127.0.0.1' },
    ),
  );
  const path = at('mutatingwebhookconfigurations', '', home);
  must(await client.apply(path, narrowed(home, namespaces), 'test'));
  const events: KeeperEvent[] = [];
  const keeper = createKeeper(
    {
      store: secretAccess(client, home, 'sluice-certs'),
      injector: bundleInjector(client, home, {
        url: `https://127.0.0.1:${listener.port}`,
        paths: webhookPaths,
      }),
      sink: { use: listener.useCertificate },
      clock: {
        now: () => new Date(systemClock.now()),
        after: (ms, call) => ({ cancel: systemClock.setTimer(ms, call) }),
      },
      report: (event) => events.push(event),
    },
    { wanted: servingNames(`sluice-webhook.${home}.svc`, '127.0.0.1'), policy, isExternal: false },
  );
  must(await keeper.sync());
  keeper.start();
  return {
    asked: () => asked,
    keeper,
    events,
    caBundle: async () => {
      const schema = z.object({
        webhooks: z.array(z.object({ clientConfig: z.object({ caBundle: z.string() }) })),
      });
      return schema.parse(must(await client.get(path))).webhooks[0]?.clientConfig.caBundle ?? '';
    },
    stop: async () => {
      keeper.stop();
      must(await client.delete(path, {}));
      await listener.stop(1_000);
      await cache.stop();
    },
  };
}
