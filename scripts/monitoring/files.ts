import { toYaml } from '../../src/api/yaml.ts';
import { allDashboards } from './dashboards/all.ts';
import { renderDashboard } from './grafana/render-dashboard.ts';
import { allGroups } from './rules/all.ts';
import { ruleGroups } from './rules/render-rules.ts';
import { podMonitor, scrapeConfig } from './scrape.ts';

/** Where Sluice is unless an overlay says otherwise. */
const namespace = 'sluice-system';

/** Folders that hold what is below and nothing else. */
export const monitoringFolders = ['dashboards', 'prometheus', 'operator'].map(
  (folder) => `manifests/monitoring/${folder}`,
);

/** Dashboards, rules and how to scrape, by path; `header` goes in front of YAML. Pure. */
export function monitoringFiles(header: string): readonly [string, string][] {
  const yaml = (path: string, content: object): [string, string] => [
    `manifests/monitoring/${path}`,
    header + toYaml(content),
  ];
  const dashboards = allDashboards.map((dashboard): [string, string] => [
    `manifests/monitoring/dashboards/${dashboard.uid}.json`,
    renderDashboard(dashboard),
  ]);
  return [
    ...dashboards,
    yaml('dashboards/kustomization.yaml', dashboardsKustomization()),
    yaml('prometheus/sluice-rules.yaml', ruleGroups(allGroups)),
    yaml('prometheus/scrape-config.yaml', scrapeConfig(namespace)),
    yaml('operator/prometheus-rule.yaml', prometheusRule()),
    yaml('operator/pod-monitor.yaml', podMonitor(namespace)),
    yaml(
      'operator/kustomization.yaml',
      kustomization({ resources: ['pod-monitor.yaml', 'prometheus-rule.yaml'] }),
    ),
  ];
}

function kustomization(content: object): object {
  return { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...content };
}

/** A ConfigMap each, with the label by which the sidecar of Grafana's chart finds dashboards. */
function dashboardsKustomization(): object {
  return kustomization({
    namespace,
    configMapGenerator: allDashboards.map(({ uid }) => ({
      name: `${uid}-dashboard`,
      files: [`${uid}.json`],
    })),
    generatorOptions: {
      disableNameSuffixHash: true,
      labels: { grafana_dashboard: '1', 'app.kubernetes.io/part-of': 'sluice' },
      annotations: { grafana_folder: 'Sluice' },
    },
  });
}

function prometheusRule(): object {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'sluice', namespace, labels: { 'app.kubernetes.io/name': 'sluice' } },
    spec: ruleGroups(allGroups),
  };
}
