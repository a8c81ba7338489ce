import type { Dependency } from '../api/lifecycle/v1/dependency.ts';
import { appKey, cycleText, dependenciesOf, findCycle } from '../domain/dependencies.ts';
import { parseRange } from '../domain/version-range.ts';
import { refused, untouched } from './admit.ts';
import { type AdmissionAnswer, type AdmissionRequest, decodeDependent } from './review.ts';

/** The resources that say what an app depends on. */
type Declaring = 'keptnapps' | 'keptnappcontexts';

/** Port: what is said of other apps, from the cache. Never waits: a cycle that it misses is found by the controller. */
export interface DependencyReader {
  readonly get: (
    resource: Declaring,
    namespace: string,
    name: string,
  ) => { readonly spec: { readonly dependsOn?: readonly Dependency[] | undefined } } | undefined;
}

/** The object under admission, and what it would say. */
interface Declaration {
  readonly resource: Declaring;
  readonly namespace: string;
  readonly name: string;
  readonly dependsOn: readonly Dependency[];
}

const kinds = { keptnapps: 'KeptnApp', keptnappcontexts: 'KeptnAppContext' } as const;

/**
 * Decides about a KeptnApp or KeptnAppContext: refuses a dependency on itself, one that closes a cycle with what is
 * stored, an entry twice, and a range that cannot be read. Pure but for reads of the cache.
 */
export function decideDependencies(apps: DependencyReader, request: AdmissionRequest): AdmissionAnswer {
  const { group, resource, subresource, operation, namespace } = request;
  const isWrite = operation === 'CREATE' || operation === 'UPDATE';
  if (group !== 'lifecycle.keptn.sh' || !isDeclaring(resource) || subresource !== '' || !isWrite)
    return untouched('only the dependencies of KeptnApps and KeptnAppContexts are decided here');
  const decoded = decodeDependent(request.object);
  if (!decoded.ok) return refused(400, `the ${kinds[resource]} cannot be read: ${decoded.error.message}`);
  const { metadata, spec: dependsOn } = decoded.value;
  const declaration = { resource, namespace, name: metadata.name ?? '', dependsOn };
  const wrong = [...entryProblems(declaration), ...cycleProblem(apps, declaration)][0];
  return wrong === undefined ? untouched('') : refused(422, wrong);
}

function isDeclaring(resource: string): resource is Declaring {
  return Object.hasOwn(kinds, resource);
}

function entryProblems({ resource, namespace, name, dependsOn }: Declaration): string[] {
  const subject = `spec.dependsOn of ${kinds[resource]} "${name}" in namespace "${namespace}"`;
  const entries = dependenciesOf(namespace, dependsOn);
  const self = appKey({ namespace, app: name });
  return entries.flatMap((entry, i) => {
    const key = appKey(entry);
    if (key === self) return [`${subject} names the app itself; take that entry out`];
    const isTwice =
      entries.some((other, j) => j < i && appKey(other) === key) || entries.length < dependsOn.length;
    if (isTwice) return [`${subject} names an app twice; write one range for both`];
    if (entry.version !== undefined && parseRange(entry.version) === undefined)
      return [
        `${subject} asks for version "${entry.version}" of ${key}, which is not a range of versions; write for example ">=1.2 <3"`,
      ];
    return [];
  });
}

/** A cycle through the app that is written; one elsewhere is not this writer's doing. */
function cycleProblem(apps: DependencyReader, declaration: Declaration): string[] {
  const { resource, namespace, name } = declaration;
  const self = appKey({ namespace, app: name });
  const edgesOf = (key: string): string[] => {
    const [at = '', app = ''] = key.split('/');
    const lists = (['keptnapps', 'keptnappcontexts'] as const).map((one) =>
      key === self && one === resource ? declaration.dependsOn : apps.get(one, at, app)?.spec.dependsOn,
    );
    return dependenciesOf(at, ...lists).map(appKey);
  };
  const cycle = findCycle(self, edgesOf);
  if (cycle === undefined) return [];
  return [
    `spec.dependsOn of ${kinds[resource]} "${name}" in namespace "${namespace}" would make apps wait for each other: ${cycleText(cycle)}; take one of them out`,
  ];
}
