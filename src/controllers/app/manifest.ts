import { annotations as keys } from '../../api/constants.ts';
import type { KubeObject } from '../../api/meta.ts';
import { contextFor } from '../../domain/default-context.ts';
import { dependenciesOf } from '../../domain/dependencies.ts';
import { appVersionName } from '../../domain/names.ts';
import { runOf } from '../../domain/runs.ts';
import { formatTraceparent, parseTraceparent } from '../../domain/trace/ids.ts';
import { appTrace, runSpanId } from '../../domain/trace/version-trace.ts';
import type { AppSnapshot } from './observe.ts';

const apiVersion = 'lifecycle.keptn.sh/v1';

/** The KeptnAppVersion of the app's present generation: the app and its context as they are now. Pure. */
export function appVersionManifest(snapshot: AppSnapshot): KubeObject {
  const { app } = snapshot;
  const { name, namespace, uid, generation } = app.metadata;
  const { version, revision, workloads } = app.spec;
  const previous = app.status?.currentVersion;
  const taken = takenFrom(snapshot);
  const annotations = followsAnnotation(snapshot);
  const traceparent = app.metadata.annotations?.[keys.traceparent];
  return {
    apiVersion,
    kind: 'KeptnAppVersion',
    metadata: {
      name: appVersionName(name, version, generation ?? 1),
      namespace: namespace ?? '',
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [
        { apiVersion, kind: 'KeptnApp', name, uid: uid ?? '', controller: true, blockOwnerDeletion: true },
      ],
    },
    spec: {
      ...taken,
      appName: name,
      version,
      revision,
      ...(workloads === undefined ? {} : { workloads }),
      previousVersion: previous === undefined || previous === version ? '' : previous,
      ...(parseTraceparent(traceparent) === undefined ? {} : { traceId: { traceparent } }),
    },
  };
}

/** The trace of the version before it is noted while that version is there: it may be gone when this one is told of. */
function followsAnnotation({ previous }: AppSnapshot): Record<string, string> | undefined {
  if (previous === undefined) return undefined;
  const { uid, traceId } = appTrace(previous);
  const spanId = runSpanId(uid, runOf(previous.status ?? {}));
  return { [keys.follows]: formatTraceparent({ traceId, spanId }) };
}

/** Checks, metadata and dependencies, as the app, its context and its namespace's default say them now. */
function takenFrom({ app, context, namespaceDefault }: AppSnapshot): Readonly<Record<string, unknown>> {
  const { version: _version, revision: _revision, workloads: _workloads, ...formerLists } = app.spec;
  const { namespace = '' } = app.metadata;
  // A default reaches every app of the namespace, those that it would name too: dependencies are said for one app.
  const { dependsOn: _ofDefault, ...defaults } = namespaceDefault.context?.spec ?? {};
  const dependsOn = dependenciesOf(namespace, app.spec.dependsOn, context?.spec.dependsOn);
  return {
    // Lists that a KeptnApp carried before KeptnAppContext existed still count where no context overrides them.
    ...contextFor(context?.spec, formerLists, defaults),
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
  };
}
