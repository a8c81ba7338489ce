import type { KeptnApp } from '../../api/lifecycle/v1/keptn-app.ts';
import type { KeptnAppContext } from '../../api/lifecycle/v1/keptn-app-context.ts';
import type { KeptnAppCreationRequest } from '../../api/lifecycle/v1/keptn-app-creation-request.ts';
import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import { appVersionName, workloadName } from '../../domain/names.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, ObjectList, Reader } from '../../runtime/reader.ts';
import { findDefaultContext, type NamespaceDefault } from '../default-context.ts';

/** All that the decision on a KeptnApp reads. */
export interface AppSnapshot {
  readonly app: KeptnApp;
  readonly context: KeptnAppContext | undefined;
  /** Why the KeptnAppContext that is there could not be read. */
  readonly unreadableContext: string | undefined;
  /** What the namespace gives where the app's own context leaves a field out. */
  readonly namespaceDefault: NamespaceDefault;
  /** The KeptnAppVersion of the app's present generation. */
  readonly version: KeptnAppVersion | undefined;
  /** The newest KeptnAppVersion of the app beside that one; looked for only where that one is to be made. */
  readonly previous: KeptnAppVersion | undefined;
  /** True when a workload that the app lists, or every workload of the app, does not exist any more. */
  readonly lostWorkloads: boolean;
  /** The request to look at the app's workloads again, when it was made already. */
  readonly request: KeptnAppCreationRequest | undefined;
  readonly now: Date;
}

/** Gathers a KeptnApp's snapshot from the cache, and from the API server the contexts of which a version is to be made. */
export async function observeApp(
  { namespace, name }: ObjectKey,
  reader: Reader,
  now: Date,
): Promise<Result<AppSnapshot | undefined, SluiceError>> {
  const app = reader.get('keptnapps', namespace, name);
  if (app === undefined || app.metadata.deletionTimestamp !== undefined) return ok(undefined);
  const versionName = appVersionName(name, app.spec.version, app.metadata.generation ?? 1);
  const version = reader.get('keptnappversions', namespace, versionName);
  const contexts = version === undefined ? await readContexts(reader, namespace) : ok(noContexts);
  if (!contexts.ok) return contexts;
  const { objects, unreadables } = contexts.value;
  return ok({
    app,
    context: objects.find(({ metadata }) => metadata.name === name),
    unreadableContext: unreadables.find(({ metadata }) => metadata.name === name)?.why,
    namespaceDefault: findDefaultContext(contexts.value),
    version,
    previous: version === undefined ? newestVersion(app, reader) : undefined,
    lostWorkloads: hasLostWorkloads(app, reader),
    request: reader.get('keptnappcreationrequests', namespace, name),
    now,
  });
}

/** What is there already is not read again: a version keeps the checks that it was made with. */
const noContexts: ObjectList<KeptnAppContext> = { objects: [], unreadables: [] };

/**
 * Past the cache: one watch may be behind the others, and a version that was made without a context that its user had
 * written before would let pods go without their checks.
 */
function readContexts(
  reader: Reader,
  namespace: string,
): Promise<Result<ObjectList<KeptnAppContext>, SluiceError>> {
  return reader.fetchList('keptnappcontexts', namespace);
}

function newestVersion({ metadata }: KeptnApp, reader: Reader): KeptnAppVersion | undefined {
  const { name, namespace = '' } = metadata;
  const made = ({ metadata: { creationTimestamp = '' } }: KeptnAppVersion): number =>
    Date.parse(creationTimestamp) || 0;
  return reader
    .byIndex('keptnappversions', 'app', `${namespace}/${name}`)
    .toSorted((a, b) => made(b) - made(a))[0];
}

function hasLostWorkloads({ metadata, spec }: KeptnApp, reader: Reader): boolean {
  const { name, namespace = '' } = metadata;
  const there = reader
    .byIndex('keptnworkloads', 'app', `${namespace}/${name}`)
    .filter((workload) => workload.metadata.deletionTimestamp === undefined);
  const names = new Set(there.map((workload) => workload.metadata.name));
  const listed = (spec.workloads ?? []).map((member) => workloadName(name, member.name));
  return names.size === 0 || listed.some((one) => !names.has(one));
}
