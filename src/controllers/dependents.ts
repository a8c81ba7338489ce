import type { Dependency } from '../api/lifecycle/v1/dependency.ts';
import { appKey, dependenciesOf, type ResolvedDependency } from '../domain/dependencies.ts';
import { type Index, index } from '../runtime/controller.ts';
import type { ObjectKey, Reader } from '../runtime/reader.ts';
import { keysOf } from './checks.ts';

/** An object that says, or records, what an app depends on. */
interface Dependent {
  readonly metadata: { readonly namespace?: string | undefined };
  readonly spec: { readonly dependsOn?: readonly Dependency[] | undefined };
}

function awaitedBy({ metadata, spec }: Dependent): string[] {
  return dependenciesOf(metadata.namespace ?? '', spec.dependsOn).map(appKey);
}

/** Finds what depends on an app, by `<namespace>/<app>`: declarations, and versions that have not begun. */
export const dependentIndexes: readonly Index[] = [
  index('keptnapps', 'depends-on', awaitedBy),
  index('keptnappcontexts', 'depends-on', awaitedBy),
  index('keptnappversions', 'depends-on', (version) =>
    version.status?.currentPhase || version.status?.endTime ? [] : awaitedBy(version),
  ),
];

/** What an app depends on by its KeptnApp and its KeptnAppContext together. Reads only. */
export function declaredDependencies(reader: Pick<Reader, 'get'>, key: string): ResolvedDependency[] {
  const [namespace = '', name = ''] = key.split('/');
  const app = reader.get('keptnapps', namespace, name);
  const context = reader.get('keptnappcontexts', namespace, name);
  return dependenciesOf(namespace, app?.spec.dependsOn, context?.spec.dependsOn);
}

/** Versions that have not begun and wait for this app. Reads only. */
export function dependentsOf(reader: Reader, namespace: string, app: string): ObjectKey[] {
  return keysOf(reader.byIndex('keptnappversions', 'depends-on', appKey({ namespace, app })));
}

/** The same of all apps that depend on this one, however far: an entry added or taken out may close or open a cycle. Reads only. */
export function allDependentsOf(reader: Reader, namespace: string, app: string): ObjectKey[] {
  const seen = new Set([appKey({ namespace, app })]);
  for (const key of seen) {
    for (const { metadata } of [
      ...reader.byIndex('keptnapps', 'depends-on', key),
      ...reader.byIndex('keptnappcontexts', 'depends-on', key),
    ]) {
      seen.add(appKey({ namespace: metadata.namespace ?? '', app: metadata.name }));
    }
  }
  return [...seen].flatMap((key) => keysOf(reader.byIndex('keptnappversions', 'depends-on', key)));
}
