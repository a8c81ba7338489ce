const window = { timeframe: { recent: '5m' }, analysisDefinition: { name: 'quality' } };
const totalScore = { passPercentage: 90, warningPercentage: 75 };
const objective = (given: object): object => ({
  objectives: [{ analysisValueTemplateRef: { name: 'errors' }, ...given }],
  totalScore,
});
const failure = (operator: object): object => objective({ target: { failure: operator } });
const template = { provider: { name: 'prometheus' }, query: 'up' };
const metric = { provider: { name: 'prometheus' }, query: 'up', fetchIntervalSeconds: 10 };
const ranged = (range: object): object => ({ ...metric, range });
const duration = 'must be a duration; write for example "30s", "5m" or "1h30m"';
const name = 'must be the name of an object: lower-case letters, digits, "-" and ".", without blanks';
const from = '2026-01-01T00:00:00Z';
const to = '2026-01-01T00:05:00Z';
const oneOperator =
  'set exactly one of lessThanOrEqual, lessThan, greaterThan, greaterThanOrEqual, equalTo, inRange, notInRange';

/** What is wrong, in which kind, with which spec, and what the API server says of it. */
export const refused: readonly (readonly [string, string, object, string])[] = [
  [
    'recent beside from and to',
    'Analysis',
    { ...window, timeframe: { recent: '5m', from, to } },
    "set either 'recent', or both 'from' and 'to'",
  ],
  [
    'recent beside to',
    'Analysis',
    { ...window, timeframe: { recent: '5m', to } },
    "'from' and 'to' go together: set both or neither",
  ],
  [
    'no time at all',
    'Analysis',
    { ...window, timeframe: {} },
    "set either 'recent', or both 'from' and 'to'",
  ],
  [
    'recent of nothing, in minutes',
    'Analysis',
    { ...window, timeframe: { recent: '0m' } },
    "set either 'recent', or both 'from' and 'to'",
  ],
  [
    'from without to',
    'Analysis',
    { ...window, timeframe: { from } },
    "'from' and 'to' go together: set both or neither",
  ],
  [
    'to before from',
    'Analysis',
    { ...window, timeframe: { from: to, to: from } },
    "'to' must be later than 'from'",
  ],
  ['to at from', 'Analysis', { ...window, timeframe: { from, to: from } }, "'to' must be later than 'from'"],
  [
    'a time that is none',
    'Analysis',
    { ...window, timeframe: { from: 'yesterday', to } },
    'spec.timeframe.from: Invalid value: "yesterday"',
  ],
  [
    'rubbish after 0 (MQ-16)',
    'Analysis',
    { ...window, timeframe: { recent: '0anything' } },
    `spec.timeframe.recent: Invalid value: ${duration}`,
  ],
  [
    'rubbish before a duration (MQ-16)',
    'Analysis',
    { ...window, timeframe: { recent: 'garbage5m' } },
    `spec.timeframe.recent: Invalid value: ${duration}`,
  ],
  [
    'days',
    'Analysis',
    { ...window, timeframe: { recent: '1d' } },
    `spec.timeframe.recent: Invalid value: ${duration}`,
  ],
  [
    'a timeout of nothing',
    'Analysis',
    { ...window, timeout: '0s' },
    'spec.timeout: Invalid value: must be longer than 0',
  ],
  ['no definition', 'Analysis', { timeframe: { recent: '5m' } }, 'spec.analysisDefinition: Required value'],
  [
    'a definition in capitals',
    'Analysis',
    { ...window, analysisDefinition: { name: 'Quality' } },
    `spec.analysisDefinition.name: Invalid value: ${name}`,
  ],
  [
    'a number as an argument',
    'Analysis',
    { ...window, args: { port: 80 } },
    'spec.args.port: Invalid value: "integer"',
  ],
  [
    'two operators',
    'AnalysisDefinition',
    failure({ lessThan: { fixedValue: 1 }, greaterThan: { fixedValue: 2 } }),
    `spec.objectives[0].target.failure: Invalid value: ${oneOperator}`,
  ],
  [
    'no operator',
    'AnalysisDefinition',
    failure({}),
    `spec.objectives[0].target.failure: Invalid value: ${oneOperator}`,
  ],
  [
    'no operator for a warning',
    'AnalysisDefinition',
    objective({ target: { warning: {} } }),
    `spec.objectives[0].target.warning: Invalid value: ${oneOperator}`,
  ],
  [
    'a range upside down',
    'AnalysisDefinition',
    failure({ inRange: { lowBound: '1', highBound: '500m' } }),
    'spec.objectives[0].target.failure.inRange: Invalid value: lowBound must not be greater than highBound',
  ],
  [
    'a range of binary units upside down',
    'AnalysisDefinition',
    failure({ inRange: { lowBound: '1Ki', highBound: '1k' } }),
    'lowBound must not be greater than highBound',
  ],
  [
    'an unquoted fraction',
    'AnalysisDefinition',
    failure({ lessThan: { fixedValue: 0.5 } }),
    'spec.objectives[0].target.failure.lessThan.fixedValue: Invalid value: "number"',
  ],
  [
    'a quantity that is none',
    'AnalysisDefinition',
    failure({ lessThan: { fixedValue: '5 ms' } }),
    'spec.objectives[0].target.failure.lessThan.fixedValue: Invalid value: "5 ms"',
  ],
  [
    'no bound',
    'AnalysisDefinition',
    failure({ inRange: { lowBound: 1 } }),
    'spec.objectives[0].target.failure.inRange.highBound: Required value',
  ],
  [
    'a negative weight',
    'AnalysisDefinition',
    objective({ weight: -1 }),
    'spec.objectives[0].weight: Invalid value: must not be negative',
  ],
  [
    'a template in capitals',
    'AnalysisDefinition',
    { objectives: [{ analysisValueTemplateRef: { name: 'Errors' } }], totalScore },
    `spec.objectives[0].analysisValueTemplateRef.name: Invalid value: ${name}`,
  ],
  [
    'a template of no name',
    'AnalysisDefinition',
    { objectives: [{ analysisValueTemplateRef: { name: '' } }], totalScore },
    'spec.objectives[0].analysisValueTemplateRef.name: Invalid value: ""',
  ],
  [
    'warning as high as pass',
    'AnalysisDefinition',
    { totalScore: { passPercentage: 75, warningPercentage: 75 } },
    'spec.totalScore: Invalid value: warningPercentage must be lower than passPercentage',
  ],
  [
    'more than all',
    'AnalysisDefinition',
    { totalScore: { passPercentage: 101, warningPercentage: 75 } },
    'spec.totalScore.passPercentage: Invalid value: 101',
  ],
  ['no score', 'AnalysisDefinition', { objectives: [] }, 'spec.totalScore: Required value'],
  [
    'an earlier value without sign',
    'AnalysisDefinition',
    objective({ target: { comparison: { failure: { greaterThan: '10%' } } } }),
    'must be a signed number or percentage',
  ],
  [
    'two comparisons',
    'AnalysisDefinition',
    objective({ target: { comparison: { failure: { greaterThan: '+1', lessThan: '-1' } } } }),
    'set exactly one of lessThanOrEqual, lessThan, greaterThan, greaterThanOrEqual',
  ],
  [
    'comparing with none',
    'AnalysisDefinition',
    { totalScore, compareWith: { results: 0 } },
    'spec.compareWith.results: Invalid value: 0',
  ],
  [
    'an empty query',
    'AnalysisValueTemplate',
    { ...template, query: '' },
    'spec.query: Invalid value: must not be empty',
  ],
  [
    'a provider with blanks',
    'AnalysisValueTemplate',
    { ...template, provider: { name: 'my prometheus' } },
    `spec.provider.name: Invalid value: ${name}`,
  ],
  [
    'a function nobody has',
    'AnalysisValueTemplate',
    { ...template, reduction: { function: 'p42' } },
    'spec.reduction.function: Unsupported value: "p42"',
  ],
  [
    'samples at no distance',
    'AnalysisValueTemplate',
    { ...template, reduction: { function: 'p95', step: '0s' } },
    'spec.reduction.step: Invalid value: must be longer than 0',
  ],
  [
    'a negative interval (MQ-20)',
    'KeptnMetric',
    { ...metric, fetchIntervalSeconds: -1 },
    'spec.fetchIntervalSeconds: Invalid value: -1',
  ],
  [
    'negative results (MQ-20)',
    'KeptnMetric',
    ranged({ storedResults: -1 }),
    'spec.range.storedResults: Invalid value: -1',
  ],
  [
    'a range that is no duration',
    'KeptnMetric',
    ranged({ interval: '5' }),
    `spec.range.interval: Invalid value: ${duration}`,
  ],
  [
    'a range of nothing',
    'KeptnMetric',
    ranged({ interval: '0s' }),
    'spec.range.interval: Invalid value: must be longer than 0',
  ],
  [
    'a step without aggregation',
    'KeptnMetric',
    ranged({ step: '1m' }),
    'spec.range: Invalid value: step and aggregation go together',
  ],
  [
    'an aggregation without step',
    'KeptnMetric',
    ranged({ aggregation: 'max' }),
    'spec.range: Invalid value: step and aggregation go together',
  ],
  [
    'a step beyond the range',
    'KeptnMetric',
    ranged({ interval: '1m', step: '90s', aggregation: 'max' }),
    'spec.range: Invalid value: step must not be longer than interval',
  ],
  [
    'a type around a known one (MQ-16)',
    'KeptnMetricsProvider',
    { type: 'my-prometheus-2', targetServer: 'http://p' },
    'spec: Invalid value: type must be one of prometheus',
  ],
  [
    'a server without scheme',
    'KeptnMetricsProvider',
    { type: 'prometheus', targetServer: 'prometheus:9090' },
    'spec: Invalid value: targetServer must be the address of the backend',
  ],
];

/** What Keptn admitted and ran, and what is new. */
export const admitted: readonly (readonly [string, string, object])[] = [
  [
    'recent as Go writes an absent one, beside from and to',
    'Analysis',
    { ...window, timeframe: { recent: '0s', from, to } },
  ],
  [
    'from and to as Go writes absent ones',
    'Analysis',
    { ...window, timeframe: { recent: '1m', from: null, to: null } },
  ],
  ['a window in the future', 'Analysis', { ...window, timeframe: { from, to: '2126-01-01T00:00:00Z' } }],
  ['no arguments, as Flagger sends them', 'Analysis', { ...window, args: {} }],
  [
    'a time with offset',
    'Analysis',
    { ...window, timeframe: { from: '2026-01-01T01:00:00+02:00', to: from } },
  ],
  [
    'every operator',
    'AnalysisDefinition',
    {
      totalScore,
      objectives: ['lessThanOrEqual', 'lessThan', 'greaterThan', 'greaterThanOrEqual', 'equalTo'].map(
        (operator) => ({
          analysisValueTemplateRef: { name: 'a' },
          target: { failure: { [operator]: { fixedValue: '1.5Mi' } } },
        }),
      ),
    },
  ],
  ['ranges of any spelling', 'AnalysisDefinition', failure({ inRange: { lowBound: '-1e3', highBound: 5 } })],
  [
    'the same template twice',
    'AnalysisDefinition',
    {
      totalScore,
      objectives: [
        { analysisValueTemplateRef: { name: 'a' } },
        { analysisValueTemplateRef: { name: 'a', namespace: '' } },
      ],
    },
  ],
  [
    'a range of one point, as the converter writes an equality',
    'AnalysisDefinition',
    failure({ notInRange: { lowBound: 1, highBound: '1000m' } }),
  ],
  ['no objectives', 'AnalysisDefinition', { totalScore, objectives: [] }],
  ['a weight of nothing', 'AnalysisDefinition', objective({ weight: 0, keyObjective: true })],
  [
    'a failure within a warning',
    'AnalysisDefinition',
    objective({
      target: { failure: { lessThan: { fixedValue: 5 } }, warning: { lessThan: { fixedValue: 10 } } },
    }),
  ],
  [
    'a comparison',
    'AnalysisDefinition',
    {
      ...objective({ target: { comparison: { failure: { greaterThan: '+10%' } } } }),
      compareWith: { results: 3, include: 'passOrWarning', aggregate: 'p90', sameArgs: ['stage'] },
    },
  ],
  ['a query of many lines', 'AnalysisValueTemplate', { ...template, query: '{\n "a": "{{.x}}"\n}\n' }],
  ['a type in capitals (MQ-17)', 'KeptnMetricsProvider', { type: 'Prometheus', targetServer: 'http://p' }],
  ['a step as long as the range', 'KeptnMetric', ranged({ interval: '60s', step: '1m', aggregation: 'p95' })],
  ['an interval of nothing', 'KeptnMetric', { ...metric, fetchIntervalSeconds: 0 }],
];
