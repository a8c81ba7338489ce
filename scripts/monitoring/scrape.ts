const labels = { 'app.kubernetes.io/name': 'sluice' };

/**
 * How Prometheus scrapes Sluice without an operator: pods by their label, one job a port, because one instance may be
 * there once in a job. Pure.
 */
export function scrapeConfig(namespace: string): object {
  return {
    scrape_configs: [
      job('sluice', 'metrics', namespace),
      job('sluice-keptn-metrics', 'keptn-metrics', namespace),
    ],
  };
}

function job(name: string, port: string, namespace: string): object {
  const keep = (source: string, regex: string): object => ({
    source_labels: [source],
    regex,
    action: 'keep',
  });
  const copy = (source: string, target: string): object => ({
    source_labels: [source],
    target_label: target,
  });
  return {
    job_name: name,
    scrape_interval: '15s',
    // Series have namespaces of their own, which must not give way to that of the pod.
    honor_labels: true,
    kubernetes_sd_configs: [{ role: 'pod', namespaces: { names: [namespace] } }],
    relabel_configs: [
      keep('__meta_kubernetes_pod_label_app_kubernetes_io_name', 'sluice'),
      keep('__meta_kubernetes_pod_container_port_name', port),
      copy('__meta_kubernetes_pod_name', 'instance'),
      copy('__meta_kubernetes_pod_label_app_kubernetes_io_component', 'component'),
    ],
  };
}

/** The same for the Prometheus operator. Pure. */
export function podMonitor(namespace: string): object {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: { name: 'sluice', namespace, labels },
    spec: {
      selector: { matchLabels: labels },
      podMetricsEndpoints: ['metrics', 'keptn-metrics'].map((port) => ({
        port,
        path: '/metrics',
        interval: '15s',
        honorLabels: true,
      })),
    },
  };
}
