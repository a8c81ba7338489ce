import type { KubeObject } from '../../api/meta.ts';
import { dependenciesOf } from '../../domain/dependencies.ts';
import { appVersionName } from '../../domain/names.ts';
import type { AppSnapshot } from './observe.ts';

const apiVersion = 'lifecycle.keptn.sh/v1';

/** The KeptnAppVersion of the app's present generation: the app and its context as they are now. Pure. */
export function appVersionManifest({ app, context }: AppSnapshot): KubeObject {
  const { name, namespace, uid, generation } = app.metadata;
  const { version, revision, workloads, ...formerLists } = app.spec;
  const previous = app.status?.currentVersion;
  const dependsOn = dependenciesOf(namespace ?? '', app.spec.dependsOn, context?.spec.dependsOn);
  return {
    apiVersion,
    kind: 'KeptnAppVersion',
    metadata: {
      name: appVersionName(name, version, generation ?? 1),
      namespace: namespace ?? '',
      ownerReferences: [
        { apiVersion, kind: 'KeptnApp', name, uid: uid ?? '', controller: true, blockOwnerDeletion: true },
      ],
    },
    spec: {
      // Lists that a KeptnApp carried before KeptnAppContext existed still count where no context overrides them.
      ...formerLists,
      ...context?.spec,
      ...(dependsOn.length === 0 ? {} : { dependsOn }),
      appName: name,
      version,
      revision,
      ...(workloads === undefined ? {} : { workloads }),
      previousVersion: previous === undefined || previous === version ? '' : previous,
    },
  };
}
