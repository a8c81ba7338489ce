import { annotations, managedByDiscovery, singleService } from '../api/constants.ts';
import type { KeptnApp } from '../api/lifecycle/v1/keptn-app.ts';
import type { KubeObject } from '../api/meta.ts';
import { lifecycleVersion } from './object-ref.ts';

/** True when the KeptnApp was found and not written by a user; who takes the label away or changes it takes over. Pure. */
export function isDiscovered({ metadata }: KeptnApp): boolean {
  return metadata.labels?.[annotations.managedBy] === managedByDiscovery;
}

/** The request to look which workloads make up an app; `isSingle` where a workload named no app and is one itself. Pure. */
export function appCreationRequestManifest(namespace: string, app: string, isSingle: boolean): KubeObject {
  return {
    apiVersion: lifecycleVersion,
    kind: 'KeptnAppCreationRequest',
    metadata: {
      name: app,
      namespace,
      ...(isSingle ? { annotations: { [annotations.appType]: singleService } } : {}),
    },
    spec: { appName: app },
  };
}
