import { annotations, managedByDiscovery, singleService } from '../api/constants.ts';
import type { KeptnApp } from '../api/lifecycle/v1/keptn-app.ts';
import type { KeptnWorkload } from '../api/lifecycle/v1/keptn-workload.ts';
import type { KubeObject, ObjectMeta } from '../api/meta.ts';
import type { Action } from './action.ts';
import { memberOf } from './app-match.ts';
import { discoveredAppVersion } from './names.ts';
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

/** A workload as it makes up an app. */
type Member = Pick<KeptnWorkload, 'spec'> & { readonly metadata: Pick<ObjectMeta, 'name'> };

/**
 * Writes the KeptnApp that these workloads make up, never over somebody's head: one that a user wrote since is not
 * created over, and one that was changed since, for one taken over, is read again first. Pure.
 */
export function writeDiscoveredApp(
  at: { readonly namespace: string; readonly name: string },
  app: KeptnApp | undefined,
  workloads: readonly Member[],
): Action {
  const members = workloads.map(({ metadata, spec }) => ({ name: metadata.name, version: spec.version }));
  const sorted = members.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const { uid, resourceVersion } = app?.metadata ?? {};
  const object: KubeObject = {
    apiVersion: lifecycleVersion,
    kind: 'KeptnApp',
    metadata: {
      ...at,
      labels: { [annotations.managedBy]: managedByDiscovery },
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    spec: {
      version: discoveredAppVersion(members),
      workloads: sorted.map(({ name, version }) => ({ name: memberOf(at.name, name), version })),
    },
  };
  return { kind: app === undefined ? 'createIfAbsent' : 'apply', object };
}
