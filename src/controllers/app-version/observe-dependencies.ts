import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import {
  appKey,
  dependenciesOf,
  type FoundApp,
  findCycle,
  type ObservedDependency,
  type ResolvedDependency,
} from '../../domain/dependencies.ts';
import { appVersionName } from '../../domain/names.ts';
import type { Reader } from '../../runtime/reader.ts';
import { declaredDependencies } from '../dependents.ts';

/** What holds a version that has not begun. */
export interface ObservedDependencies {
  readonly dependencies: readonly ObservedDependency[];
  /** Keys of the apps of a cycle that this version closes, from its own app and back to it. */
  readonly dependencyCycle: readonly string[] | undefined;
}

/** Gathers what is known of the apps that a version depends on, and whether they depend on it. Reads only. */
export function observeDependencies(
  reader: Reader,
  { metadata, spec }: KeptnAppVersion,
): ObservedDependencies {
  const namespace = metadata.namespace ?? '';
  const own = dependenciesOf(namespace, spec.dependsOn);
  const self = appKey({ namespace, app: spec.appName });
  const edgesOf = (key: string): string[] =>
    (key === self ? own : declaredDependencies(reader, key)).map(appKey);
  return {
    dependencies: own.map((dependency) => ({ dependency, found: findApp(reader, dependency) })),
    dependencyCycle: findCycle(self, edgesOf),
  };
}

function findApp(reader: Reader, { namespace, app: name }: ResolvedDependency): FoundApp {
  const app = reader.get('keptnapps', namespace, name);
  if (app === undefined || app.metadata.deletionTimestamp !== undefined) return { kind: 'missing' };
  const { version } = app.spec;
  const versionName = appVersionName(name, version, app.metadata.generation ?? 1);
  const current = reader.get('keptnappversions', namespace, versionName);
  if (current === undefined) return { kind: 'unseen', version };
  const { status = 'Pending', currentPhase: phase = '', conditions = [] } = current.status ?? {};
  const reason = conditions.find(({ type }) => type === 'Ready')?.reason ?? '';
  return { kind: 'found', version, state: status, phase, reason };
}
