import { extensionAuthenticationSchema } from '../api/core/access.ts';
import type { ConfigMap } from '../api/core/cluster.ts';
import { resources } from '../api/resources.ts';
import { parseWith } from '../api/schema.ts';
import type { FrontProxy } from '../domain/caller.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { KubeClient } from './client.ts';
import type { Clock } from './clock.ts';
import type { RandomFraction } from './ids.ts';
import { Reflector } from './reflector.ts';
import { ObjectStore } from './store.ts';

const namespace = 'kube-system';
const configMapName = 'extension-apiserver-authentication';

/** What a watch of the front proxy's configuration needs. */
export interface FrontProxyWatchOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: RandomFraction;
  /** Told at the start and at each change; undefined: the API server has no front proxy, so nobody is believed. */
  readonly onChange: (proxy: FrontProxy | undefined) => void;
  /** Told why it cannot be read; what was read before counts on. */
  readonly onProblem: (error: SluiceError) => void;
}

/** A watch of what the API server publishes about its front proxy. */
export interface FrontProxyWatch {
  /** True once it was read. */
  readonly isSynced: () => boolean;
  readonly stop: () => Promise<void>;
}

/** Follows ConfigMap kube-system/extension-apiserver-authentication, so that a new authority is believed at once. */
export function watchFrontProxy(options: FrontProxyWatchOptions): FrontProxyWatch {
  const { onChange, onProblem } = options;
  const store = new ObjectStore<ConfigMap>(resources.configmaps.parse, ({ after }) => {
    const proxy = readFrontProxy(after?.data ?? {});
    if (proxy.ok) onChange(proxy.value);
    else onProblem(proxy.error);
  });
  const reflector = new Reflector({
    ...options,
    path: `/api/v1/namespaces/${namespace}/configmaps`,
    selectors: { fieldSelector: `metadata.name=${configMapName}` },
    sink: store,
    onRestart: (_reason, error) => {
      if (error !== undefined) onProblem(error);
    },
  });
  reflector.start();
  return { isSynced: () => reflector.synced, stop: () => reflector.stop() };
}

/** Reads the ConfigMap's data. Undefined: no front proxy is configured. Error: malformed, naming the key. Pure. */
export function readFrontProxy(
  data: Readonly<Record<string, string>>,
): Result<FrontProxy | undefined, SluiceError> {
  const parsed = parseWith(extensionAuthenticationSchema, data);
  if (!parsed.ok) {
    const { tag, message } = parsed.error;
    return err({ tag, message: `ConfigMap "${namespace}/${configMapName}": ${message}` });
  }
  const { value } = parsed;
  const clientCa = value['requestheader-client-ca-file'] ?? '';
  if (clientCa.trim() === '') return ok(undefined);
  return ok({
    clientCa,
    allowedNames: value['requestheader-allowed-names'],
    usernameHeaders: value['requestheader-username-headers'],
    uidHeaders: value['requestheader-uid-headers'],
    groupHeaders: value['requestheader-group-headers'],
    extraPrefixes: value['requestheader-extra-headers-prefix'],
  });
}
