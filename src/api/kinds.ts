import type { CustomKind } from './kind.ts';
import { keptnAppKind } from './lifecycle/v1/keptn-app.ts';
import { keptnAppContextKind } from './lifecycle/v1/keptn-app-context.ts';
import { keptnAppCreationRequestKind } from './lifecycle/v1/keptn-app-creation-request.ts';
import { keptnAppVersionKind } from './lifecycle/v1/keptn-app-version.ts';
import { keptnEvaluationKind } from './lifecycle/v1/keptn-evaluation.ts';
import { keptnEvaluationDefinitionKind } from './lifecycle/v1/keptn-evaluation-definition.ts';
import { keptnTaskKind } from './lifecycle/v1/keptn-task.ts';
import { keptnTaskDefinitionKind } from './lifecycle/v1/keptn-task-definition.ts';
import { keptnWorkloadKind } from './lifecycle/v1/keptn-workload.ts';
import { keptnWorkloadVersionKind } from './lifecycle/v1/keptn-workload-version.ts';
import { analysisKind } from './metrics/v1/analysis.ts';
import { analysisDefinitionKind } from './metrics/v1/analysis-definition.ts';
import { analysisValueTemplateKind } from './metrics/v1/analysis-value-template.ts';
import { keptnMetricKind } from './metrics/v1/keptn-metric.ts';
import { keptnMetricsProviderKind } from './metrics/v1/keptn-metrics-provider.ts';
import { keptnConfigKind } from './options/v1alpha1/keptn-config.ts';

/** Every kind of ours, in the order of their names. CRDs and reference pages are made from this list. */
export const customKinds: readonly CustomKind[] = [
  analysisKind,
  analysisDefinitionKind,
  analysisValueTemplateKind,
  keptnAppKind,
  keptnAppContextKind,
  keptnAppCreationRequestKind,
  keptnAppVersionKind,
  keptnConfigKind,
  keptnEvaluationKind,
  keptnEvaluationDefinitionKind,
  keptnMetricKind,
  keptnMetricsProviderKind,
  keptnTaskKind,
  keptnTaskDefinitionKind,
  keptnWorkloadKind,
  keptnWorkloadVersionKind,
];
