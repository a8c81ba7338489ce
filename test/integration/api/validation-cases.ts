const deno = { inline: { code: 'Deno.exit(0)' } };
const container = { name: 'c', image: 'i' };
const objective = (given: object): object => ({
  objectives: [{ keptnMetricRef: { name: 'm' }, evaluationTarget: '<1', ...given }],
});
const name = 'must be the name of an object: lower-case letters, digits, "-" and ".", without blanks';
const definition =
  'must be the name of a definition: lower-case letters, digits, "-" and ".", without blanks; leave no entry empty';
const duration = 'must be a duration; write for example "30s", "5m" or "1h30m"';
const target = 'must be < or > and a number, without blanks or units; write for example "<10" or ">99.5"';
const link =
  'must be a W3C traceparent; write for example "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"';
const http = 'must be an HTTP address; write for example "http://broker.events/default"';
const grpc = 'must be host and port, without http://; write for example "otel-collector.observability:4317"';
const oneRuntime = 'needs exactly one of deno, python, container, steps (function is the old name of deno)';
const oneSource = 'needs exactly one of functionRef, inline, httpRef, configMapRef';

/** What is wrong, in which kind, with which spec, and what the API server says of it. */
export const refused: readonly (readonly [string, string, object, string])[] = [
  [
    'a receiver of events whose name is too long',
    'KeptnConfig',
    { eventReceivers: [{ name: 'a-name-of-more-than-20-letters', url: 'http://a' }] },
    'spec.eventReceivers[0].name: Invalid value: must be at most 20 lower-case letters, digits and "-", such as "ci"',
  ],
  [
    'two receivers of one name',
    'KeptnConfig',
    {
      eventReceivers: [
        { name: 'ci', url: 'http://a' },
        { name: 'ci', url: 'http://b' },
      ],
    },
    'spec.eventReceivers[1]: Duplicate value: {"name":"ci"}',
  ],
  [
    'a receiver without a scheme',
    'KeptnConfig',
    { eventReceivers: [{ name: 'ci', url: 'events.example' }] },
    'spec.eventReceivers[0].url: Invalid value: must be an HTTP address; write for example "https://events.example/cdevents"',
  ],
  [
    'a receiver with a timeout that is too long',
    'KeptnConfig',
    { eventReceivers: [{ name: 'ci', url: 'http://a', timeout: '1m' }] },
    'spec.eventReceivers[0].timeout: Invalid value: must be at most 10s',
  ],
  [
    'a receiver of an unknown format',
    'KeptnConfig',
    { eventReceivers: [{ name: 'ci', url: 'http://a', format: 'avro' }] },
    'spec.eventReceivers[0].format: Unsupported value: "avro"',
  ],
  [
    'a check name with blanks (Q-20)',
    'KeptnAppContext',
    { preDeploymentTasks: ['a', ' b'] },
    `spec.preDeploymentTasks[1]: Invalid value: ${definition}`,
  ],
  [
    'an empty check name (Q-20)',
    'KeptnAppContext',
    { postDeploymentTasks: [''] },
    `spec.postDeploymentTasks[0]: Invalid value: ${definition}`,
  ],
  [
    'a check name in capitals',
    'KeptnAppContext',
    { preDeploymentEvaluations: ['Errors'] },
    `spec.preDeploymentEvaluations[0]: Invalid value: ${definition}`,
  ],
  [
    'a comma list as one name',
    'KeptnAppContext',
    { postDeploymentEvaluations: ['a,b'] },
    `spec.postDeploymentEvaluations[0]: Invalid value: ${definition}`,
  ],
  [
    'an underscore',
    'KeptnAppContext',
    { promotionTasks: ['my_task'] },
    `spec.promotionTasks[0]: Invalid value: ${definition}`,
  ],
  [
    'a number as a check',
    'KeptnAppContext',
    { preDeploymentTasks: [1] },
    'spec.preDeploymentTasks[0]: Invalid value: "integer"',
  ],
  [
    'a link that is a URL',
    'KeptnAppContext',
    { spanLinks: ['http://traces/1'] },
    `spec.spanLinks[0]: Invalid value: ${link}`,
  ],
  [
    'a link in capitals',
    'KeptnAppContext',
    { spanLinks: ['00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01'] },
    `spec.spanLinks[0]: Invalid value: ${link}`,
  ],
  [
    'a link that is too short',
    'KeptnAppContext',
    { spanLinks: ['00-0af7-b7ad-01'] },
    `spec.spanLinks[0]: Invalid value: ${link}`,
  ],
  [
    'metadata that is no text',
    'KeptnAppContext',
    { metadata: { a: true } },
    'spec.metadata.a: Invalid value: "boolean"',
  ],
  ['an app without version', 'KeptnApp', {}, 'spec.version: Required value'],
  [
    'a workload without name',
    'KeptnApp',
    { version: '1', workloads: [{ name: '', version: '1' }] },
    'spec.workloads[0].name: Invalid value: ""',
  ],
  [
    'a workload without version',
    'KeptnApp',
    { version: '1', workloads: [{ name: 'a' }] },
    'spec.workloads[0].version: Required value',
  ],
  ['a negative revision', 'KeptnApp', { version: '1', revision: -1 }, 'spec.revision: Invalid value: -1'],
  [
    'an old list with an empty name',
    'KeptnApp',
    { version: '1', preDeploymentTasks: [''] },
    `spec.preDeploymentTasks[0]: Invalid value: ${definition}`,
  ],
  [
    'rubbish after 0 (Q-9)',
    'KeptnTaskDefinition',
    { deno, timeout: '0garbage' },
    `spec.timeout: Invalid value: ${duration}`,
  ],
  [
    'rubbish before a duration (Q-9)',
    'KeptnTaskDefinition',
    { deno, timeout: 'xx5s' },
    `spec.timeout: Invalid value: ${duration}`,
  ],
  [
    'a duration without unit (Q-9)',
    'KeptnTaskDefinition',
    { deno, timeout: '0.5' },
    `spec.timeout: Invalid value: ${duration}`,
  ],
  ['negative retries', 'KeptnTaskDefinition', { deno, retries: -1 }, 'spec.retries: Invalid value: -1'],
  [
    'a negative time to live',
    'KeptnTaskDefinition',
    { deno, ttlSecondsAfterFinished: -1 },
    'spec.ttlSecondsAfterFinished: Invalid value: -1',
  ],
  ['no runtime', 'KeptnTaskDefinition', { retries: 1 }, `spec: Invalid value: ${oneRuntime}`],
  ['two runtimes', 'KeptnTaskDefinition', { deno, container }, `spec: Invalid value: ${oneRuntime}`],
  [
    'a runtime without source (Q-24)',
    'KeptnTaskDefinition',
    { deno: {} },
    `spec.deno: Invalid value: ${oneSource}`,
  ],
  [
    'two sources (Q-24)',
    'KeptnTaskDefinition',
    { python: { ...deno, httpRef: { url: 'http://x' } } },
    `spec.python: Invalid value: ${oneSource}`,
  ],
  [
    'empty code',
    'KeptnTaskDefinition',
    { deno: { inline: { code: '' } } },
    'spec.deno.inline.code: Invalid value: ""',
  ],
  [
    'a function in capitals',
    'KeptnTaskDefinition',
    { deno: { functionRef: { name: 'Lint' } } },
    `spec.deno.functionRef.name: Invalid value: ${name}`,
  ],
  [
    'a ConfigMap with blanks',
    'KeptnTaskDefinition',
    { python: { configMapRef: { name: 'a b' } } },
    `spec.python.configMapRef.name: Invalid value: ${name}`,
  ],
  [
    'a Secret that no name can be',
    'KeptnTaskDefinition',
    { deno: { ...deno, secureParameters: { secret: 'My_Secret' } } },
    `spec.deno.secureParameters.secret: Invalid value: ${name}; leave it out where none is meant`,
  ],
  [
    'a container without image',
    'KeptnTaskDefinition',
    { container: { name: 'c' } },
    'spec.container.image: Required value',
  ],
  ['a task of no definition', 'KeptnTask', { taskDefinition: '' }, 'spec.taskDefinition: Invalid value: ""'],
  [
    'a task of a name with blanks',
    'KeptnTask',
    { taskDefinition: ' lint' },
    `spec.taskDefinition: Invalid value: ${name}`,
  ],
  [
    'a negative timeout (Q-9)',
    'KeptnTask',
    { taskDefinition: 'd', timeout: '-5s' },
    `spec.timeout: Invalid value: ${duration}`,
  ],
  [
    'retries beyond 32 bits',
    'KeptnTask',
    { taskDefinition: 'd', retries: 2 ** 31 },
    'Checked value must be of type integer with format int32 in spec.retries',
  ],
  [
    'a target without number',
    'KeptnEvaluationDefinition',
    objective({ evaluationTarget: '<' }),
    `spec.objectives[0].evaluationTarget: Invalid value: ${target}`,
  ],
  [
    'a target with a unit',
    'KeptnEvaluationDefinition',
    objective({ evaluationTarget: '<10Mi' }),
    `spec.objectives[0].evaluationTarget: Invalid value: ${target}`,
  ],
  [
    'a target with =',
    'KeptnEvaluationDefinition',
    objective({ evaluationTarget: '<=10' }),
    `spec.objectives[0].evaluationTarget: Invalid value: ${target}`,
  ],
  [
    'a metric of no name',
    'KeptnEvaluationDefinition',
    objective({ keptnMetricRef: { name: '' } }),
    'spec.objectives[0].keptnMetricRef.name: Invalid value: ""',
  ],
  [
    'a metric in capitals',
    'KeptnEvaluationDefinition',
    objective({ keptnMetricRef: { name: 'CPU' } }),
    `spec.objectives[0].keptnMetricRef.name: Invalid value: ${name}`,
  ],
  [
    'a namespace with /',
    'KeptnEvaluationDefinition',
    objective({ keptnMetricRef: { name: 'm', namespace: 'a/b' } }),
    `spec.objectives[0].keptnMetricRef.namespace: Invalid value: ${name}; leave it out where none is meant`,
  ],
  [
    'an interval without unit (Q-9)',
    'KeptnEvaluationDefinition',
    { ...objective({}), retryInterval: '5' },
    `spec.retryInterval: Invalid value: ${duration}`,
  ],
  [
    'an evaluation of a name in capitals',
    'KeptnEvaluation',
    { evaluationDefinition: 'Errors' },
    `spec.evaluationDefinition: Invalid value: ${name}`,
  ],
  [
    'a collector with a scheme',
    'KeptnConfig',
    { OTelCollectorUrl: 'http://otel:4317' },
    `spec.OTelCollectorUrl: Invalid value: ${grpc}`,
  ],
  [
    'a sink without scheme',
    'KeptnConfig',
    { cloudEventsEndpoint: 'broker.events' },
    `spec.cloudEventsEndpoint: Invalid value: ${http}`,
  ],
  [
    'a negative rollout time (Q-9)',
    'KeptnConfig',
    { observabilityTimeout: '-5s' },
    `spec.observabilityTimeout: Invalid value: ${duration}`,
  ],
  [
    'a negative discovery time',
    'KeptnConfig',
    { keptnAppCreationRequestTimeoutSeconds: -1 },
    'spec.keptnAppCreationRequestTimeoutSeconds: Invalid value: -1',
  ],
  [
    'overrides that are none',
    'KeptnConfig',
    { overrides: 'all' },
    'spec.overrides: Unsupported value: "all": supported values: "Any", "Stricter", "None"',
  ],
];

/** What Keptn admitted and ran. */
export const admitted: readonly (readonly [string, string, object])[] = [
  ['a check named twice (Q-20)', 'KeptnAppContext', { preDeploymentTasks: ['a', 'a'] }],
  ['empty lists', 'KeptnAppContext', { preDeploymentTasks: [], spanLinks: [] }],
  ['a context without anything', 'KeptnAppContext', {}],
  [
    'a workload twice in the same version',
    'KeptnApp',
    {
      version: '1',
      workloads: [
        { name: 'a', version: '1' },
        { name: 'a', version: '1' },
      ],
    },
  ],
  [
    'an app without workloads, in a version of any letters',
    'KeptnApp',
    { version: '1.0 RC_1', workloads: [] },
  ],
  [
    'a workload whose name only labels can be',
    'KeptnApp',
    { version: '1', workloads: [{ name: 'My_svc', version: '1.0.0-RC1' }] },
  ],
  ['addresses that are switched off', 'KeptnConfig', { OTelCollectorUrl: '', cloudEventsEndpoint: '' }],
  ['a collector by DNS', 'KeptnConfig', { OTelCollectorUrl: 'dns:///otel:4317' }],
  [
    'an empty namespace of a metric',
    'KeptnEvaluationDefinition',
    objective({ keptnMetricRef: { name: 'm', namespace: '' } }),
  ],
  ['a target in powers of ten', 'KeptnEvaluationDefinition', objective({ evaluationTarget: '>-1.5e3' })],
  ['a Secret that is not given', 'KeptnTask', { taskDefinition: 'd', secureParameters: { secret: '' } }],
];
