import { prechecksGate } from '../../api/constants.ts';
import type { ObjectTable, StoredObjects } from './stored-objects.ts';

/** Writes how many objects there are in which state, and which pods the gate holds. One turn an object. */
export function* stateSeries(table: ObjectTable, stored: StoredObjects): Generator<void> {
  yield* versionStates(table, stored);
  yield* checkStates(table, stored);
  yield* gatedPods(table, stored);
}

function* versionStates(
  table: ObjectTable,
  { appVersions, workloadVersions }: StoredObjects,
): Generator<void> {
  for (const { metadata, spec, status } of appVersions) {
    const { namespace = '' } = metadata;
    table.add('sluice_app_versions', { namespace, app: spec.appName, state: status?.status ?? 'Pending' });
    yield;
  }
  for (const { metadata, spec, status } of workloadVersions) {
    const { namespace = '' } = metadata;
    const { app, workloadName: workload } = spec;
    const state = status?.status ?? 'Pending';
    table.add('sluice_workload_versions', { namespace, app, workload, state });
    yield;
  }
}

function* checkStates(table: ObjectTable, { tasks, evaluations }: StoredObjects): Generator<void> {
  for (const { metadata, spec, status } of tasks) {
    const { namespace = '' } = metadata;
    const { taskDefinition: definition, checkType: type = '' } = spec;
    table.add('sluice_tasks', { namespace, definition, type, state: status?.status ?? 'Pending' });
    yield;
  }
  for (const { metadata, spec, status } of evaluations) {
    const { namespace = '' } = metadata;
    const { evaluationDefinition: definition, checkType: type = '' } = spec;
    const state = status?.overallStatus ?? 'Pending';
    table.add('sluice_evaluations', { namespace, definition, type, state });
    yield;
  }
}

function* gatedPods(table: ObjectTable, { pods }: StoredObjects): Generator<void> {
  for (const { metadata, spec } of pods) {
    yield;
    if (metadata.deletionTimestamp !== undefined) continue;
    if (!spec.schedulingGates?.some(({ name }) => name === prechecksGate)) continue;
    const { namespace = '', creationTimestamp = '' } = metadata;
    table.add('sluice_gated_pods', { namespace });
    const created = Date.parse(creationTimestamp) / 1000;
    if (Number.isNaN(created)) continue;
    const oldest = table.value('sluice_gated_pod_oldest_timestamp_seconds', { namespace });
    table.set(
      'sluice_gated_pod_oldest_timestamp_seconds',
      { namespace },
      Math.min(created, oldest ?? created),
    );
  }
}
