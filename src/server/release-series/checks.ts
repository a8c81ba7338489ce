import type { KeptnEvaluation } from '../../api/lifecycle/v1/keptn-evaluation.ts';
import type { KeptnTask } from '../../api/lifecycle/v1/keptn-task.ts';
import { isCompleted } from '../../domain/state.ts';
import { ends, type ObjectTable, secondsBetween } from './stored-objects.ts';

/** Writes the series of the tasks that are shown. One turn a task. */
export function* taskSeries(table: ObjectTable, shown: readonly KeptnTask[]): Generator<void> {
  for (const task of shown) {
    const { status: state = 'Pending', startTime, endTime } = task.status ?? {};
    const labels = taskLabels(task);
    const isActive = !isCompleted(state);
    table.add('keptn_task_active', labels, Number(isActive));
    for (const end of isActive ? ends : [state])
      table.add(
        'keptn_task_count_total',
        { ...labels, keptn_deployment_task_status: end },
        Number(!isActive),
      );
    const seconds = isActive ? undefined : secondsBetween(startTime ?? createdAt(task), endTime);
    if (seconds !== undefined)
      table.observe(
        'keptn_task_duration_seconds',
        { ...labels, keptn_deployment_task_status: state },
        seconds,
      );
    yield;
  }
}

/** Fields of before v1beta1 stand beside the context. */
function taskLabels({ metadata, spec }: KeptnTask) {
  const { context } = spec;
  return {
    keptn_deployment_app_name: context.appName || (spec.app ?? ''),
    keptn_deployment_app_version: context.appVersion || (spec.appVersion ?? ''),
    keptn_deployment_workload_name: context.workloadName || (spec.workload ?? ''),
    keptn_deployment_workload_version: context.workloadVersion || (spec.workloadVersion ?? ''),
    keptn_deployment_task_name: metadata.name,
    keptn_deployment_task_type: spec.checkType || (context.taskType ?? ''),
    keptn_deployment_task_namespace: metadata.namespace ?? '',
  };
}

/** Writes the series of the evaluations that are shown. One turn an evaluation. */
export function* evaluationSeries(table: ObjectTable, shown: readonly KeptnEvaluation[]): Generator<void> {
  for (const evaluation of shown) {
    const { overallStatus: state = 'Pending', startTime, endTime } = evaluation.status ?? {};
    const labels = evaluationLabels(evaluation);
    const isActive = !isCompleted(state);
    table.add('keptn_evaluation_active', labels, Number(isActive));
    for (const end of isActive ? ends : [state])
      table.add(
        'keptn_evaluation_count_total',
        { ...labels, keptn_deployment_evaluation_status: end },
        Number(!isActive),
      );
    const seconds = isActive ? undefined : secondsBetween(startTime ?? createdAt(evaluation), endTime);
    if (seconds !== undefined)
      table.observe(
        'keptn_evaluation_duration_seconds',
        { ...labels, keptn_deployment_evaluation_status: state },
        seconds,
      );
    yield;
  }
}

function evaluationLabels({ metadata, spec }: KeptnEvaluation) {
  return {
    keptn_deployment_app_name: spec.appName ?? '',
    keptn_deployment_app_version: spec.appVersion ?? '',
    keptn_deployment_workload_name: spec.workload ?? '',
    keptn_deployment_workload_version: spec.workloadVersion,
    keptn_deployment_evaluation_name: metadata.name,
    keptn_deployment_evaluation_type: spec.checkType ?? '',
    keptn_deployment_evaluation_namespace: metadata.namespace ?? '',
  };
}

function createdAt({ metadata }: KeptnTask | KeptnEvaluation): string | undefined {
  return metadata.creationTimestamp;
}
