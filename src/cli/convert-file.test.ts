import { expect, test } from 'vitest';
import type { ConvertArguments } from './args.ts';
import { convertFile } from './convert-file.ts';

const nothing: ConvertArguments = {
  file: 'slo.yaml',
  definition: undefined,
  templateNamespace: undefined,
  provider: undefined,
  providerNamespace: undefined,
};

const slo = `spec_version: "1.0"
comparison: {compare_with: several_results, include_result_with_score: pass}
objectives:
- sli: response_time_p95
  pass: [{criteria: ["<=+10%", "<600"]}]
  warning: [{criteria: ["<=800"]}]
  key_sli: true
- sli: throughput
total_score: {pass: "90%", warning: "75%"}
`;

test('an slo.yaml becomes a definition, with its keys in order', () => {
  const converted = convertFile(slo, { ...nothing, definition: 'quality', templateNamespace: 'monitoring' });
  expect(converted).toEqual({
    ok: true,
    value: {
      warnings: [],
      yaml: `---
apiVersion: metrics.keptn.sh/v1
kind: AnalysisDefinition
metadata:
  name: quality
spec:
  compareWith:
    aggregate: avg
    include: pass
    results: 3
    sameArgs:
      - project
      - stage
      - service
  objectives:
    - analysisValueTemplateRef:
        name: response-time-p95
        namespace: monitoring
      keyObjective: true
      target:
        comparison:
          warning:
            greaterThan: +10%
        failure:
          greaterThan:
            fixedValue: "800"
        warning:
          greaterThanOrEqual:
            fixedValue: "600"
    - analysisValueTemplateRef:
        name: throughput
        namespace: monitoring
      target: {}
      weight: 0
  totalScore:
    passPercentage: 90
    warningPercentage: 75
`,
    },
  });
});

test('an sli.yaml becomes templates, one document each', () => {
  const sli = 'indicators:\n  errors: sum(errors{job="$SERVICE"})\n  cpu: avg(cpu)\n';
  const converted = convertFile(sli, { ...nothing, provider: 'prometheus', providerNamespace: 'monitoring' });
  expect(converted).toMatchObject({ ok: true, value: { warnings: [] } });
  expect(converted.ok && converted.value.yaml.split('---\n')).toEqual([
    '',
    expect.stringContaining('name: cpu'),
    expect.stringContaining('query: sum(errors{job="{{.service}}"})'),
  ]);
});

test('an sli.yaml without indicators gives nothing, and says so', () => {
  expect(convertFile('spec_version: "1.0"\n', { ...nothing, provider: 'p' })).toMatchObject({
    value: { yaml: '', warnings: ['the file has no indicators; there is nothing to write'] },
  });
});

test.each([
  [{}, slo, 'give --definition NAME with an slo.yaml, or --provider NAME with an sli.yaml'],
  [{ definition: 'a', provider: 'b' }, slo, 'an sli.yaml, not both'],
  [{ definition: 'A_B' }, slo, '--definition: "A_B" is no name of an object'],
  [{ provider: 'b', providerNamespace: 'a'.repeat(254) }, slo, '--provider-namespace: "'],
  [{ definition: 'a' }, '', 'slo.yaml: the file is empty; give an slo.yaml'],
  [
    { definition: 'a' },
    'objectives: [\n',
    'at line 2, column 1; correct this in the file and convert it again',
  ],
  [{ definition: 'a', file: '-' }, 'objectives: [\n', 'standard input: '],
  [{ definition: 'a' }, 'a: *b\n', 'line 1; correct this in the file'],
  [{ definition: 'a' }, `${slo}---\n${slo}`, 'line 11: a second document begins; keep one in the file'],
  [{ definition: 'a' }, 'objectives: [{sli: a, weight: x}]', 'slo.yaml: objectives[0].weight: '],
  [{ definition: 'a' }, 'objectives: [{}]', 'slo.yaml: objectives[0].sli: '],
  [{ definition: 'a' }, 'just a text', 'slo.yaml: (root): '],
  [{ provider: 'a' }, 'indicators: [a]', 'slo.yaml: indicators: '],
])('options %o are refused where they or the file are wrong', (given, text, message) => {
  const converted = convertFile(text, { ...nothing, ...given });
  expect(converted.ok ? 'converted' : converted.error.message).toContain(message);
});
