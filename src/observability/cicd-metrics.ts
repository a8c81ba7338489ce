import type { MetricDefinition } from './metric-names.ts';
import type { Recorded, Series } from './series-table.ts';

const pipeline = ['cicd.pipeline.name', 'k8s.namespace.name', 'cicd.pipeline.run.state'] as const;
const executing = 'executing';

/** How a version ended, in the words of the convention. */
const results: Readonly<Record<string, string>> = {
  Succeeded: 'success',
  Warning: 'success',
  Failed: 'failure',
  Deprecated: 'cancellation',
};

/**
 * The metrics of releases as the semantic conventions for CI/CD call them, an app being a pipeline and a version of it a
 * run: made of those of ours that say the same. Pure. Source: OpenTelemetry semantic conventions 1.44, CI/CD metrics.
 */
export function cicdMetrics(recorded: Iterable<Recorded>): Recorded[] {
  return [...recorded].flatMap((metric) => {
    if (metric.name === 'sluice_version_seconds') return [durations(metric)];
    return metric.name === 'keptn_app_active' ? [active(metric)] : [];
  });
}

function durations({ definition, series }: Recorded): Recorded {
  const runs = [...series].flatMap((one): Series[] => {
    const { level, app = '', namespace = '', result = '' } = labelled(definition, one);
    return level === 'App'
      ? [{ ...one, labels: [app, namespace, executing, results[result] ?? 'error'] }]
      : [];
  });
  const labels = [...pipeline, 'cicd.pipeline.result'];
  const help = 'Duration of a release of an app.';
  return { name: 'cicd.pipeline.run.duration', definition: { ...definition, help, labels }, series: runs };
}

function active({ definition, series }: Recorded): Recorded {
  const byApp = new Map<string, Series>();
  for (const one of series) {
    const { keptn_deployment_app_name: app = '', keptn_deployment_app_namespace: namespace = '' } = labelled(
      definition,
      one,
    );
    const key = `${namespace}/${app}`;
    const sum = byApp.get(key) ?? { labels: [app, namespace, executing], value: 0 };
    sum.value += one.value;
    byApp.set(key, sum);
  }
  const described = { type: 'gauge', help: 'Releases of an app that run now.', labels: pipeline } as const;
  return { name: 'cicd.pipeline.run.active', definition: described, series: byApp.values() };
}

function labelled({ labels }: MetricDefinition, series: Series): Readonly<Record<string, string>> {
  return Object.fromEntries(labels.map((label, index) => [label, series.labels[index] ?? '']));
}
