import { annotations } from '../../api/constants.ts';
import type { KeptnAppCreationRequest } from '../../api/lifecycle/v1/keptn-app-creation-request.ts';
import type { KubeObject } from '../../api/meta.ts';

const apiVersion = 'lifecycle.keptn.sh/v1';

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
