import { annotations, managedByDiscovery } from '../../api/constants.ts';
import type { KeptnAppCreationRequest } from '../../api/lifecycle/v1/keptn-app-creation-request.ts';
import type { KubeObject } from '../../api/meta.ts';
import { memberOf } from '../../domain/app-match.ts';
import { discoveredAppVersion } from '../../domain/names.ts';
import type { AppCreationRequestSnapshot } from './observe.ts';

const apiVersion = 'lifecycle.keptn.sh/v1';

/** The KeptnApp that the app's workloads make up. Pure. */
export function appManifest({ request, workloads }: AppCreationRequestSnapshot): KubeObject {
  const { appName } = request.spec;
  const members = workloads.map(({ metadata, spec }) => ({ name: metadata.name, version: spec.version }));
  const sorted = members.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    apiVersion,
    kind: 'KeptnApp',
    metadata: {
      name: appName,
      namespace: request.metadata.namespace ?? '',
      labels: { [annotations.managedBy]: managedByDiscovery },
    },
    spec: {
      version: discoveredAppVersion(members),
      workloads: sorted.map(({ name, version }) => ({ name: memberOf(appName, name), version })),
    },
  };
}

/** Remembers on the request which set of workloads was seen and since when. Pure. */
export function seenSetManifest(request: KeptnAppCreationRequest, set: string, since: string): KubeObject {
  return {
    apiVersion,
    kind: 'KeptnAppCreationRequest',
    metadata: {
      name: request.metadata.name,
      namespace: request.metadata.namespace ?? '',
      annotations: { [annotations.workloadSet]: set, [annotations.workloadSetSince]: since },
    },
    spec: request.spec,
  };
}
