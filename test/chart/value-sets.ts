import type { Values } from './rendered.ts';

const digest = `sha256:${'0'.repeat(64)}`;

/** Sets of values whose rendering is kept in scripts/chart/golden, each as somebody would write it. */
export const valueSets: Readonly<Record<string, Values>> = {
  'one-replica': {
    webhook: { replicas: 1, resources: { requests: { memory: '96Mi' } } },
    controller: { replicas: 1, disruptionBudget: { enabled: false } },
    metricsApi: { mode: 'never' },
    settings: { exposeKeptnMetrics: false, variables: { SLUICE_METRICS_OBJECTS: '50' } },
  },
  'air-gap': {
    images: {
      registry: 'registry.corp:5000',
      pullSecrets: ['registry'],
      sluice: { repository: 'mirror/sluice', digest },
      deno: { tag: '1.2' },
      python: { reference: 'other.corp/py@sha256:1' },
    },
  },
  placed: {
    webhook: {
      nodeSelector: { pool: 'system' },
      tolerations: [{ key: 'system', operator: 'Exists' }],
      antiAffinity: 'required',
      zoneSpread: 'required',
      priorityClassName: 'platform-critical',
      podLabels: { team: 'platform' },
      podAnnotations: { 'example.com/inject': 'false' },
      serviceAccountAnnotations: { 'example.com/role': 'webhook' },
    },
    controller: {
      affinity: { nodeAffinity: {} },
      antiAffinity: 'none',
      topologySpreadConstraints: [
        { maxSkew: 2, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule' },
      ],
      disruptionBudget: { minAvailable: 2 },
      replicas: 3,
      env: [{ name: 'HTTPS_PROXY', value: 'http://proxy:3128' }],
    },
    commonLabels: { 'example.com/owner': 'platform' },
    commonAnnotations: { 'example.com/contact': 'platform@example.com' },
  },
  'cert-manager': {
    certificates: { source: 'cert-manager', issuerRef: { kind: 'ClusterIssuer', name: 'corp' } },
    monitoring: {
      podMonitor: { enabled: true, labels: { release: 'prometheus' }, interval: '30s' },
      serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
    },
  },
  'own-authority': { certificates: { source: 'cert-manager' }, metricsApi: { mode: 'always' } },
  'own-secrets-openshift': {
    certificates: { source: 'secret', caBundle: '-----BEGIN CERTIFICATE-----\n' },
    openShift: true,
    webhook: { hostNetwork: true },
    admission: {
      failurePolicy: 'Ignore',
      timeoutSeconds: 2,
      excludedNamespaces: ['monitoring'],
      onlyNamespaces: ['shop', 'bank'],
      annotations: { 'example.com/inject-ca': 'true' },
    },
  },
  'network-policies': {
    networkPolicy: {
      enabled: true,
      apiServerCidrs: ['10.0.0.1/32'],
      metricsFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
      egress: [{ ports: [{ port: 9090, protocol: 'TCP' }] }],
    },
  },
  'network-policies-open': { networkPolicy: { enabled: true }, settings: { doraMetricsPort: 2300 } },
  'history-and-settings': {
    history: { retention: '4800h', persistence: { enabled: true, size: '5Gi', storageClassName: 'fast' } },
    keptnConfig: { blockDeployment: false, observabilityTimeout: '10m' },
  },
  policy: {
    admission: { mode: 'policy', excludedNamespaces: ['monitoring'] },
    certificates: { source: 'cert-manager' },
    networkPolicy: { enabled: true },
  },
  'uninstall-releases': { uninstall: { gatedPods: 'release', timeoutSeconds: 30 } },
  'keptn-umbrella': {
    certManager: { enabled: true },
    global: {
      certManagerEnabled: true,
      imageRegistry: 'registry.corp',
      imagePullSecrets: ['keptn-pull'],
      commonLabels: { owner: 'keptn' },
      openShift: { enabled: true },
    },
    lifecycleOperator: {
      enabled: true,
      replicas: 1,
      env: {
        functionRunnerImage: 'registry.corp/deno:v3',
        pythonRunnerImage: 'registry.corp/python:v1',
        keptnDoraMetricsPort: '2223',
        keptnAppControllerLogLevel: '2',
      },
      promotionTasksEnabled: true,
      deniedNamespaces: ['cert-manager', 'observability'],
      failurePolicy: 'Ignore',
      nodeSelector: { pool: 'keptn' },
      resources: { limits: { memory: '128Mi' } },
      image: { tag: 'v2.0.0' },
    },
    metricsOperator: { customMetricsAPIService: { enabled: 'false' }, env: { exposeKeptnMetrics: 'true' } },
  },
  'keptn-operator-chart': {
    replicas: 3,
    env: { functionRunnerImage: 'registry.corp/deno:v3', otelCollectorUrl: 'collector.observability:4317' },
    allowedNamespaces: ['shop'],
    schedulingGatesEnabled: true,
    imagePullSecrets: [{ name: 'keptn-pull' }],
    tolerations: [{ key: 'system', operator: 'Exists' }],
    hostNetwork: true,
    config: { leaderElection: { leaderElect: true } },
  },
};
