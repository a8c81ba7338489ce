import type { JsonSchema } from './value.ts';

/** A value of Keptn's charts, and what becomes of it here. */
export interface KeptnValue {
  /** Where it may stand: in the umbrella chart, and in the chart of the part without its prefix. */
  readonly paths: readonly string[];
  readonly schema: JsonSchema;
  /** Values of ours that it sets. Absent: it means nothing here. */
  readonly counts?: readonly string[];
  /** Keptn's own defaults, which say nothing about Sluice. */
  readonly unless?: readonly unknown[];
  /** What each of its values means as one of ours; absent: the same. */
  readonly reads?: Readonly<Record<string, unknown>>;
  /** Why it means nothing, or what to set in its place. */
  readonly why?: string;
}

const text: JsonSchema = { type: ['string', 'number'] };
const truth: JsonSchema = { enum: [true, false, 'true', 'false'] };
const number: JsonSchema = { type: ['integer', 'string'] };
const list: JsonSchema = { type: 'array' };
const map: JsonSchema = { type: 'object' };
const truths = { true: true, false: false };

type Fate = Omit<KeptnValue, 'paths' | 'schema'>;

const both = (field: string): readonly string[] => [`webhook.${field}`, `controller.${field}`];

const probes = 'the probes are those of Sluice';
const sizes = 'it was measured for another program; see webhook.resources and controller.resources';
const program = 'it names a program of Keptn; see images.sluice';
const levels = 'its numbers hid messages of one controller; see settings.logLevel';
const services = 'Services keep their names and ports';
const scheduler = 'Sluice needs no scheduler of its own';
const certificates = 'Sluice makes its own certificates; see certificates.source';
const unread = 'Keptn never read it';

function at(
  prefixes: readonly string[],
  names: Readonly<Record<string, readonly [JsonSchema, Fate]>>,
): KeptnValue[] {
  return Object.entries(names).map(([name, [schema, fate]]) => ({
    paths: prefixes.map((prefix) => prefix + name),
    schema,
    ...fate,
  }));
}

const placing = (
  counts: (field: string) => readonly string[],
): Record<string, readonly [JsonSchema, Fate]> => ({
  replicas: [number, { counts: counts('replicas'), unless: [1] }],
  nodeSelector: [map, { counts: counts('nodeSelector'), unless: [{}] }],
  tolerations: [list, { counts: counts('tolerations'), unless: [[]] }],
  annotations: [map, { counts: counts('annotations'), unless: [{}] }],
  podAnnotations: [map, { counts: counts('podAnnotations'), unless: [{}] }],
});

/** What every chart of Keptn has and what has no meaning here. */
const common: Readonly<Record<string, readonly [JsonSchema, Fate]>> = {
  'image.registry': [text, { why: program }],
  'image.repository': [text, { why: program }],
  'image.tag': [text, { why: program }],
  topologySpreadConstraints: [
    list,
    { why: 'it selects pods of Keptn; see webhook.topologySpreadConstraints' },
  ],
  resources: [map, { why: sizes }],
  containerSecurityContext: [map, { why: 'Sluice always runs as Pod Security "restricted" demands' }],
  livenessProbe: [map, { why: probes }],
  readinessProbe: [map, { why: probes }],
  kubernetesClusterDomain: [text, { why: unread }],
};

const pulling: Readonly<Record<string, readonly [JsonSchema, Fate]>> = {
  imagePullPolicy: [text, { counts: ['images.pullPolicy'], unless: [''] }],
  'image.imagePullPolicy': [text, { counts: ['images.pullPolicy'], unless: [''] }],
  imagePullSecrets: [list, { counts: ['images.pullSecrets'], unless: [[]] }],
};

const logLevels = [
  'keptnAppController',
  'keptnAppCreationRequestController',
  'keptnAppVersionController',
  'keptnEvaluationController',
  'keptnTaskController',
  'keptnTaskDefinitionController',
  'keptnWorkloadController',
  'keptnWorkloadVersionController',
  'keptnWorkloadInstanceController',
  'optionsController',
].map((name): [string, readonly [JsonSchema, Fate]] => [`env.${name}LogLevel`, [text, { why: levels }]]);

const lifecycle: Readonly<Record<string, readonly [JsonSchema, Fate]>> = {
  ...common,
  ...pulling,
  ...placing(both),
  ...Object.fromEntries(logLevels),
  'env.functionRunnerImage': [text, { counts: ['images.deno.reference'] }],
  'env.pythonRunnerImage': [text, { counts: ['images.python.reference'] }],
  'env.keptnDoraMetricsPort': [text, { counts: ['settings.doraMetricsPort'] }],
  'env.otelCollectorUrl': [
    text,
    { counts: ['keptnConfig.OTelCollectorUrl'], unless: ['otel-collector:4317'] },
  ],
  promotionTasksEnabled: [truth, { counts: ['settings.promotionTasksEnabled'], reads: truths }],
  allowedNamespaces: [list, { counts: ['admission.onlyNamespaces'] }],
  deniedNamespaces: [list, { counts: ['admission.excludedNamespaces'] }],
  failurePolicy: [{ enum: ['Fail', 'Ignore'] }, { counts: ['admission.failurePolicy'] }],
  hostNetwork: [truth, { counts: ['webhook.hostNetwork'], reads: truths }],
  schedulingGatesEnabled: [truth, { why: 'Sluice always gates' }],
  webhookService: [map, { why: services }],
  operatorMetricsService: [map, { why: services }],
  lifecycleWebhookService: [map, { why: services }],
  lifecycleOperatorMetricsService: [map, { why: services }],
  config: [map, { why: unread }],
  lifecycleOperatorConfig: [map, { why: unread }],
  scheduler: [map, { why: scheduler }],
  schedulerConfig: [map, { why: scheduler }],
};

const metrics: Readonly<Record<string, readonly [JsonSchema, Fate]>> = {
  ...common,
  ...pulling,
  ...placing((field) => [`metricsApi.${field}`]),
  'env.exposeKeptnMetrics': [truth, { counts: ['settings.exposeKeptnMetrics'], reads: truths }],
  'env.enableKeptnAnalysis': [truth, { why: 'analyses are always on' }],
  'env.metricsControllerLogLevel': [text, { why: levels }],
  'env.analysisControllerLogLevel': [text, { why: levels }],
  'customMetricsAPIService.enabled': [
    truth,
    { counts: ['metricsApi.mode'], reads: { true: 'auto', false: 'never' } },
  ],
  hostNetwork: [truth, { counts: ['metricsApi.hostNetwork'], reads: truths }],
  operatorService: [map, { why: services }],
  webhookService: [map, { why: services }],
  config: [map, { why: unread }],
};

const certificateOperator: Readonly<Record<string, readonly [JsonSchema, Fate]>> = Object.fromEntries(
  [
    ...Object.entries({ ...common, ...pulling }).map(([name, [schema]]): [string, JsonSchema] => [
      name,
      schema,
    ]),
    ...['replicas', 'env', 'nodeSelector', 'tolerations', 'annotations', 'podAnnotations', 'enabled'].map(
      (name): [string, JsonSchema] => [name, {}],
    ),
  ].map(([name, schema]): [string, readonly [JsonSchema, Fate]] => [name, [schema, { why: certificates }]]),
);

const bareOfMetrics = Object.fromEntries(Object.entries(metrics).filter(([name]) => !(name in lifecycle)));
const metricsUnderPrefix = Object.fromEntries(Object.entries(metrics).filter(([name]) => name in lifecycle));

/** Every value name of Keptn's charts (umbrella 0.11, operators 0.6 and before) that is accepted. */
export const keptnValues: readonly KeptnValue[] = [
  ...at(['lifecycleOperator.', ''], lifecycle),
  ...at(['metricsOperator.', ''], bareOfMetrics),
  ...at(['metricsOperator.'], metricsUnderPrefix),
  ...at(['certManager.'], certificateOperator),
  ...at([''], {
    'lifecycleOperator.enabled': [
      truth,
      { why: 'the gate acts in namespaces with its label and nowhere else' },
    ],
    'metricsOperator.enabled': [
      truth,
      { counts: ['metricsApi.mode'], reads: { true: 'auto', false: 'never' } },
    ],
    'global.imageRegistry': [text, { counts: ['images.registry'], unless: ['', 'ghcr.io'] }],
    'global.imagePullSecrets': [list, { counts: ['images.pullSecrets'], unless: [[]] }],
    'global.imagePullPolicy': [text, { counts: ['images.pullPolicy'], unless: [''] }],
    'global.commonLabels': [map, { counts: ['commonLabels'], unless: [{}] }],
    'global.commonAnnotations': [map, { counts: ['commonAnnotations'], unless: [{}] }],
    'global.openShift.enabled': [truth, { counts: ['openShift'], reads: truths }],
    'global.certManagerEnabled': [truth, { why: certificates }],
    'global.caInjectionAnnotations': [map, { why: `${certificates} and admission.annotations` }],
  }),
];
