import type { KubeObject } from '../../../src/api/meta.ts';
import { done } from '../../../src/kernel/outcome.ts';
import { ok } from '../../../src/kernel/result.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { Metrics } from '../../../src/observability/metrics.ts';
import { createClient } from '../../../src/runtime/client.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { controller, watch } from '../../../src/runtime/controller.ts';
import { isIdentityOf, randomFraction } from '../../../src/runtime/ids.ts';
import { loadConnector } from '../../../src/runtime/kube.ts';
import { leaseTimes } from '../../../src/runtime/lease.ts';
import { createRuntime } from '../../../src/runtime/runtime.ts';

/**
 * One replica of a controller as a process of its own, so that a test can kill or freeze it.
 * Arguments: kubeconfig, namespace, identity. It signs each ConfigMap labelled sign=yes with its identity, which
 * the test reads; and says `synced`, `leading` and so on in its log.
 */
const [kubeconfigPath = '', namespace = '', identity = ''] = process.argv.slice(2);

const signer = controller({
  name: 'signer',
  watches: [
    watch('configmaps', ({ metadata }) =>
      metadata.namespace === namespace && metadata.labels?.['sign'] === 'yes'
        ? [{ namespace, name: metadata.name }]
        : [],
    ),
  ],
  indexes: [],
  permissions: [],
  workers: 2,
  observe: (key, reader) => Promise.resolve(ok(reader.get('configmaps', key.namespace, key.name))),
  decide: ({ metadata: { name } }) => {
    const object: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `${name}-signed`, namespace },
      data: { by: identity },
    };
    return { actions: [{ kind: 'createIfAbsent', object }], outcome: done };
  },
});

const connector = loadConnector({ kubeconfigPath, clock: systemClock });
if (!connector.ok) throw new Error(connector.error.message);
const client = createClient(connector.value, { clock: systemClock });
const durationMs = 3000;
const { callTimeoutMs: timeoutMs } = leaseTimes(durationMs);
const leaseClient = createClient(connector.value, { clock: systemClock, timeoutMs });
const logger = createLogger('info');
const runtime = createRuntime({
  client,
  controllers: [signer],
  clock: systemClock,
  random: randomFraction,
  logger,
  metrics: new Metrics(),
  identity,
  election: {
    client: leaseClient,
    namespace,
    durationMs,
    isFormerSelf: (holder) => isIdentityOf(identity.split('_')[0] ?? '', holder),
  },
});
process.on('SIGTERM', () => {
  void runtime.stop().then(() => {
    process.exit(0);
  });
});
await runtime.start();
logger.info('synced');
