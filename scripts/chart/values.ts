import { crdManifest } from '../../src/api/crd.ts';
import { keptnConfigKind } from '../../src/api/options/v1alpha1/keptn-config.ts';
import { gatedPodChoices } from '../../src/domain/uninstall.ts';
import {
  choice,
  count,
  flag,
  group,
  type JsonSchema,
  object,
  objects,
  texts,
  type ValueGroup,
  word,
  words,
} from './value.ts';

const duration = '([0-9]+(\\.[0-9]+)?(ms|s|m|h))+';

function image(what: string, repository: string): ValueGroup {
  return group(`Image of ${what}.`, {
    registry: word('Its registry; empty: images.registry.', ''),
    repository: word('Its name there.', repository),
    tag: word('Its tag; empty: the appVersion of the chart.', ''),
    digest: word('Its digest, which counts in place of the tag.', '', 'sha256:[0-9a-f]{64}'),
    reference: word(
      'The whole reference, such as registry.example/a/b:1; counts in place of the others.',
      '',
    ),
  });
}

function component(what: string, more: ValueGroup['fields'] = {}): ValueGroup {
  return group(what, {
    ...more,
    replicas: count('How many run.', 2, [1, 100]),
    resources: object('Requests and limits. With another limit of memory, set nodeOptions too.', {
      requests: { cpu: '50m', memory: '128Mi' },
      limits: { memory: '256Mi' },
    }),
    nodeOptions: word(
      'NODE_OPTIONS: the heap is kept well below the limit of memory, so that it is collected before the kernel ends the process.',
      '--max-old-space-size=160 --max-semi-space-size=2',
    ),
    nodeSelector: texts('Labels of the nodes that may run it.'),
    tolerations: objects('Taints that it tolerates.'),
    antiAffinity: choice(
      'Whether two replicas may be on one node: preferred, required (never) or none (no matter).',
      ['preferred', 'required', 'none'],
    ),
    affinity: object('An affinity that counts in place of antiAffinity.'),
    zoneSpread: choice('Whether replicas are spread over zones: preferred, required or none.', [
      'preferred',
      'required',
      'none',
    ]),
    topologySpreadConstraints: objects('Constraints that count in place of zoneSpread.'),
    priorityClassName: word('A PriorityClass that exists; empty: none.', ''),
    disruptionBudget: group('A PodDisruptionBudget, made where more than one replica runs.', {
      enabled: flag('Whether there is one.', true),
      minAvailable: count('How many stay when nodes are drained.', 1, [0, 100]),
    }),
    annotations: texts('Annotations of the Deployment.'),
    podAnnotations: texts('Annotations of its pods.'),
    podLabels: texts('Labels of its pods, beside those that are selected by.'),
    serviceAccountAnnotations: texts('Annotations of its ServiceAccount.'),
    env: objects('Environment variables as in a container; those of Sluice are in src/config/README.md.'),
  });
}

const hostNetwork = flag(
  'Use the network of the node, where the API server does not reach pods otherwise. Replicas then need nodes of their own.',
  false,
);

/** The schema of KeptnConfig.spec, in which a field that does not exist is refused. Pure. */
function keptnConfigSchema(): JsonSchema {
  const [version] = crdManifest(keptnConfigKind).spec.versions;
  const properties = version?.schema.openAPIV3Schema.properties ?? {};
  return strict(properties['spec']);
}

function strict(schema: unknown): JsonSchema {
  if (typeof schema !== 'object' || schema === null) return {};
  const known = ['type', 'enum', 'minimum', 'maximum', 'maxItems', 'maxLength', 'pattern', 'required'];
  const entries = Object.entries(schema).flatMap(([key, value]: [string, unknown]): [string, unknown][] => {
    if (key === 'properties' && typeof value === 'object' && value !== null)
      return [
        [key, Object.fromEntries(Object.entries(value).map(([name, field]) => [name, strict(field)]))],
        ['additionalProperties', false],
      ];
    if (key === 'items' || key === 'additionalProperties') return [[key, strict(value)]];
    return known.includes(key) ? [[key, value]] : [];
  });
  return Object.fromEntries(entries);
}

function monitor(kind: string): ValueGroup {
  return group(`A ${kind} for the Prometheus operator.`, {
    enabled: flag('Whether there is one.', false),
    labels: texts('Labels by which your Prometheus selects it.'),
    interval: word('How often it is scraped.', '15s', duration),
  });
}

/** All values of the chart, with what each does. values.yaml, its schema and the table in the docs are made of this. */
export const chartValues: ValueGroup = group('Values of the chart of Sluice.', {
  images: group('Images, and where they come from.', {
    registry: word('Registry of all three; empty: that of the container runtime.', 'localhost'),
    pullPolicy: choice('When the image of Sluice is pulled.', ['IfNotPresent', 'Always', 'Never']),
    pullSecrets: words('Names of Secrets with access to the registry, in the namespace of the release.'),
    sluice: image('Sluice', 'sluice'),
    deno: image('tasks in JavaScript and TypeScript', 'sluice-deno-runtime'),
    python: image('tasks in Python', 'sluice-python-runtime'),
  }),
  admission: group('How pods get their gate.', {
    mode: choice(
      'webhook: the API server asks Sluice about new pods. policy: it gates them itself (MutatingAdmissionPolicy, Kubernetes 1.36 and later).',
      ['webhook', 'policy'],
    ),
    failurePolicy: choice(
      'What becomes of a pod that Sluice cannot be asked about: Fail refuses it, Ignore lets it start unchecked.',
      ['Fail', 'Ignore'],
    ),
    timeoutSeconds: count('How long the API server waits for an answer about a pod.', 5, [1, 30]),
    excludedNamespaces: words(
      'Namespaces that are never asked about, whatever their labels; beside kube-system, kube-public, kube-node-lease and that of the release.',
    ),
    onlyNamespaces: words('The only namespaces that are asked about; empty: all that carry the label.'),
    annotations: texts('Annotations of the registrations.'),
  }),
  webhook: component('The processes that the API server asks. Any replica answers.', { hostNetwork }),
  controller: component('The processes that check, watch and release. One leads, the others wait.'),
  metricsApi: component('The custom metrics API for autoscalers. A group has one server in a cluster.', {
    mode: choice(
      'auto: it is served, unless another adapter has the group when the chart is installed or upgraded.',
      ['auto', 'always', 'never'],
    ),
    hostNetwork,
  }),
  certificates: group('TLS between the API server and Sluice.', {
    source: choice(
      'self: Sluice makes and renews its own. cert-manager: Certificates of cert-manager. secret: you keep the Secrets sluice-certs and sluice-metrics-api-certs (tls.crt, tls.key).',
      ['self', 'cert-manager', 'secret'],
    ),
    issuerRef: object(
      'cert-manager: who issues, such as {kind: ClusterIssuer, name: corp}. Empty: an authority that the chart makes.',
    ),
    duration: word('cert-manager: how long a certificate is valid.', '2160h', duration),
    renewBefore: word('cert-manager: how long before its end it is renewed.', '720h', duration),
    caBundle: word(
      'secret: PEM of the authorities that the API server trusts. Empty: something else injects them.',
      '',
    ),
  }),
  settings: group('Settings of all processes, which begin anew when one changes.', {
    logLevel: choice('How much is logged.', ['info', 'debug', 'warn', 'error', 'silent']),
    promotionTasksEnabled: flag('Run promotion tasks at the end of an app.', false),
    exposeKeptnMetrics: flag('Serve values of KeptnMetrics and results of Analyses on port 9999.', true),
    doraMetricsPort: count('Port of Prometheus metrics.', 2222, [1, 65_535]),
    variables: texts(
      'Further environment variables, such as SLUICE_METRICS_OBJECTS; see src/config/README.md.',
    ),
  }),
  keptnConfig: object(
    'spec of a KeptnConfig named sluice, the settings that may change without a restart (docs/configuration.md). Empty: none is made.',
    {},
    keptnConfigSchema(),
  ),
  history: group('How long releases are remembered beyond their objects.', {
    retention: word('How long a release is kept; empty: 400 days.', '', duration),
    persistence: group('Keep them in a file on a volume, with one controller, in place of ConfigMaps.', {
      enabled: flag('Whether they are.', false),
      size: word('Size of the volume.', '1Gi', '[0-9.]+[A-Za-z]*'),
      storageClassName: word('Its StorageClass; empty: the default of the cluster.', ''),
      accessModes: words('Its access modes.', ['ReadWriteOnce']),
      existingClaim: word('A PersistentVolumeClaim of yours in place of one of the chart.', ''),
      annotations: texts('Annotations of the claim.'),
    }),
  }),
  monitoring: group('For Prometheus and Grafana. Services carry prometheus.io/scrape in any case.', {
    podMonitor: monitor('PodMonitor'),
    serviceMonitor: monitor('ServiceMonitor, in place of a PodMonitor'),
    prometheusRule: group('Alerts and recordings for the Prometheus operator.', {
      enabled: flag('Whether there are any.', false),
      labels: texts('Labels by which your Prometheus selects them.'),
    }),
    dashboards: group('Dashboards as ConfigMaps for the sidecar of the chart of Grafana.', {
      enabled: flag('Whether there are any.', false),
      labels: texts('Labels by which the sidecar finds them.', { grafana_dashboard: '1' }),
      annotations: texts('Annotations of theirs.', { grafana_folder: 'Sluice' }),
    }),
  }),
  networkPolicy: group('Who may talk to Sluice, and with whom it may.', {
    enabled: flag('Whether NetworkPolicies are made.', false),
    apiServerCidrs: words('Where the API server is, such as 10.0.0.1/32; empty: anywhere.'),
    apiServerPorts: object('Ports of the API server.', [443, 6443], {
      type: 'array',
      items: { type: 'integer', minimum: 1, maximum: 65_535 },
    }),
    metricsFrom: objects(
      'Peers that may read metrics (port of settings.doraMetricsPort, 9999); empty: anybody.',
    ),
    egress: objects(
      'What the controller may reach beside the API server and DNS: metric backends, collectors, receivers. Empty: anything.',
    ),
  }),
  crds: group('Resource definitions. They are part of the release, so that an upgrade brings new ones.', {
    install: flag('Whether the chart brings them.', true),
    keep: flag('Whether they stay when Sluice is uninstalled, and with them every record and check.', true),
  }),
  uninstall: group('What `helm uninstall` does before anything is removed.', {
    hook: flag('Whether it runs: it takes the registrations away first, so that nothing new is held.', true),
    gatedPods: choice(
      'Pods that wait for their checks: keep leaves them waiting, until Sluice is back or somebody deletes them; release lets them start unchecked, with an Event on each.',
      gatedPodChoices,
    ),
    timeoutSeconds: count('How long it may take.', 120, [10, 3_600]),
  }),
  allowBesideKeptn: flag('Install although Keptn is at work here, which then runs every check too.', false),
  openShift: flag('Leave the user and group of processes to OpenShift.', false),
  commonLabels: texts('Labels of every object.'),
  commonAnnotations: texts('Annotations of every object.'),
});
