import type { Archive } from '../domain/dora/archive.ts';
import type { MetricSource } from '../domain/metric-source.ts';
import type { Outbox } from '../domain/outbox.ts';
import type { Receivers } from '../domain/receivers.ts';
import type { AnyController } from '../runtime/controller.ts';
import { analysisController } from './analysis/controller.ts';
import { analysisDefinitionController } from './analysis-definition/controller.ts';
import { valueTemplateController } from './analysis-value-template/controller.ts';
import { appController } from './app/controller.ts';
import { appContextController } from './app-context/controller.ts';
import { appCreationRequestController } from './app-creation-request/controller.ts';
import { appVersionController } from './app-version/controller.ts';
import { archiveController } from './archive/controller.ts';
import { markBirths } from './births.ts';
import { configController } from './config/controller.ts';
import { evaluationController } from './evaluation/controller.ts';
import { evaluationDefinitionController } from './evaluation-definition/controller.ts';
import { heraldController } from './herald/controller.ts';
import { historyController } from './history/controller.ts';
import { metricController } from './metric/controller.ts';
import { namespaceController } from './namespace/controller.ts';
import type { ControllerSettings } from './settings.ts';
import { settingsReportController } from './settings-report/controller.ts';
import { taskController } from './task/controller.ts';
import { taskDefinitionController } from './task-definition/controller.ts';
import { workloadController } from './workload/controller.ts';
import { workloadVersionController } from './workload-version/controller.ts';

/** Who is told of releases, and how those fare. */
interface Told {
  readonly outbox: Outbox;
  readonly receivers: Receivers;
}

/**
 * Every controller, in the order of the flow from a gated pod to a finished release. `source` is where values are
 * measured, and `archive` where finished releases are kept.
 */
export function allControllers(
  settings: ControllerSettings,
  source: MetricSource,
  archive: Archive,
  { outbox, receivers }: Told,
): readonly AnyController[] {
  return [
    configController(settings, receivers),
    settingsReportController(settings),
    namespaceController(),
    appContextController(settings),
    taskDefinitionController(settings),
    evaluationDefinitionController(settings),
    markBirths(workloadController(), outbox),
    appCreationRequestController(settings),
    markBirths(appController(), outbox),
    appVersionController(settings),
    workloadVersionController(settings),
    taskController(settings),
    metricController(settings, source),
    analysisDefinitionController(),
    valueTemplateController(),
    analysisController(source),
    evaluationController(settings),
    heraldController(outbox),
    archiveController(archive),
    historyController(settings, archive),
  ];
}
