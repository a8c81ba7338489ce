import { carriesSettings } from '../../domain/enforcement.ts';
import { type AnyController, controller } from '../../runtime/controller.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import type { ControllerSettings } from '../settings.ts';
import { settingsWatches } from '../settings-watches.ts';
import { decideSettingsReport } from './decide.ts';
import { observeSettingsReport } from './observe.ts';

/** Tells namespaces and apps which of their settings do not count as they are written. */
export function settingsReportController(settings: ControllerSettings): AnyController {
  return controller({
    name: 'settings-report',
    workers: 1,
    watches: settingsWatches(settings.systemNamespace, namespacesToTell),
    indexes: [],
    permissions: [{ group: 'events.k8s.io', resource: 'events', verbs: ['create'] }],
    observe: observeSettingsReport(settings),
    decide: decideSettingsReport,
  });
}

/** After a change of KeptnConfig every namespace in which something is set may have to be told. */
function namespacesToTell(reader: Reader, namespace?: string): ObjectKey[] {
  if (namespace !== undefined) return [{ namespace: '', name: namespace }];
  const carriers = [...reader.list('namespaces'), ...reader.list('keptnapps')].filter((one) =>
    carriesSettings(one),
  );
  const names = carriers.map(({ metadata }) => metadata.namespace ?? metadata.name);
  return [...new Set(names)].map((name) => ({ namespace: '', name }));
}
