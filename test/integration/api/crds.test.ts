import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { crdManifest } from '../../../src/api/crd.ts';
import type { CustomKind } from '../../../src/api/kind.ts';
import { storedVersion } from '../../../src/api/kind.ts';
import { customKinds } from '../../../src/api/kinds.ts';
import { keptnAppKind } from '../../../src/api/lifecycle/v1/keptn-app.ts';
import { exampleObject } from '../../../src/api/reference.ts';
import { apiPath, resources } from '../../../src/api/resources.ts';
import { z } from '../../../src/api/schema.ts';
import { asList, kubectl, kubectlObject, tryKubectl } from './kubectl.ts';

const namespace = `api-crds-${process.pid}`;
const inNamespace = ['-n', namespace];
const crdNames = customKinds.map((kind) => `${kind.plural}.${kind.group}`);

beforeAll(async () => {
  await kubectl(['apply', '--server-side', '--force-conflicts', '-k', 'manifests/crds']);
  await kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', ...crdNames]);
  await kubectl(['create', 'namespace', namespace]);
  return async () => {
    await kubectl(['delete', 'namespace', namespace, '--wait=false']);
  };
});

const object = (
  kind: string,
  name: string,
  spec: unknown,
  version = 'v1',
): Readonly<Record<string, unknown>> => ({
  apiVersion: `${kind === 'KeptnConfig' ? 'options' : 'lifecycle'}.keptn.sh/${version}`,
  kind,
  metadata: { name, namespace },
  spec,
});

async function create(manifest: unknown, ...flags: readonly string[]): Promise<unknown> {
  return kubectlObject(['create', '-o', 'json', ...flags, '-f', '-'], JSON.stringify(manifest));
}

const deno = { inline: { code: 'Deno.exit(0)' } };

test('every CRD is accepted as structural and served', async () => {
  const crds = z
    .object({
      items: z.array(
        z.object({
          metadata: z.object({ name: z.string() }),
          status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })) }),
        }),
      ),
    })
    .parse(await kubectlObject(['get', 'crd', ...crdNames, '-o', 'json']));
  const verdicts = crds.items.map(({ metadata, status }) => ({
    name: metadata.name,
    ...Object.fromEntries(status.conditions.map((condition) => [condition.type, condition.status])),
  }));
  expect(verdicts).toEqual(crdNames.map((name) => ({ name, Established: 'True', NamesAccepted: 'True' })));
});

describe('each served version', () => {
  test.each(customKinds.map((kind) => [kind.kind, kind] as const))(
    'of %s admits the example',
    async (_, kind) => {
      const inVersion = (version: string): unknown => ({
        ...exampleObject(kind, version),
        metadata: { name: `${kind.example.name}-in-${version}`, namespace },
      });
      await kubectl(['create', '-f', '-'], asList(kind.versions.map(inVersion)));
      const stored = await storedSpecs(kind);
      expect(stored).toHaveLength(kind.versions.length);
      for (const spec of stored) expect(spec).toMatchObject(z.looseObject({}).parse(kind.example.spec));
    },
  );

  async function storedSpecs(kind: CustomKind): Promise<readonly unknown[]> {
    const stored = `${kind.plural}.${storedVersion(kind)}.${kind.group}`;
    const list = await kubectlObject(['get', stored, ...inNamespace, '-o', 'json']);
    return z
      .object({ items: z.array(z.object({ spec: z.unknown() })) })
      .parse(list)
      .items.map(({ spec }) => spec);
  }
});

test('function, the runtime of old versions, is kept when the object is read as v1 (Q-41)', async () => {
  const runtime = { ...deno, parameters: { map: { a: '1' } }, secureParameters: { secret: 'token' } };
  await create(object('KeptnTaskDefinition', 'old-function', { function: runtime }, 'v1alpha3'));
  const asV1 = ['get', 'keptntaskdefinitions.v1.lifecycle.keptn.sh', 'old-function', ...inNamespace];
  const read = resources.keptntaskdefinitions.parse(await kubectlObject([...asV1, '-o', 'json']));
  expect(read).toMatchObject({
    ok: true,
    value: { apiVersion: 'lifecycle.keptn.sh/v1', spec: { function: runtime } },
  });
});

test('the checks that a KeptnApp had before v1beta1 are kept', async () => {
  const spec = { version: '1', preDeploymentTasks: ['a'], postDeploymentEvaluations: ['b'] };
  expect(await create(object('KeptnApp', 'old-lists', spec, 'v1alpha2'))).toMatchObject({ spec });
});

test('defaults are filled in', async () => {
  const created = await Promise.all([
    create(object('KeptnTaskDefinition', 'defaults', { deno })),
    create(object('KeptnTask', 'defaults', { taskDefinition: 'd' })),
    create(object('KeptnEvaluationDefinition', 'defaults', { objectives: [] })),
    create(object('KeptnEvaluation', 'defaults', { evaluationDefinition: 'd', retries: 0 })),
    create(object('KeptnApp', 'defaults', { version: '1' })),
    create(object('KeptnConfig', 'defaults', {}, 'v1alpha1')),
  ]);
  expect(created).toMatchObject([
    { spec: { retries: 10, timeout: '5m', ttlSecondsAfterFinished: 300 } },
    { spec: { retries: 10, timeout: '5m' } },
    { spec: { retries: 10, retryInterval: '5s' } },
    { spec: { retries: 0, retryInterval: '5s', workloadVersion: '' } },
    { spec: { revision: 1 } },
    {
      spec: {
        keptnAppCreationRequestTimeoutSeconds: 30,
        blockDeployment: true,
        observabilityTimeout: '5m',
        restApiEnabled: false,
      },
    },
  ]);
});

test('unknown fields are dropped, but for those of a container', async () => {
  const container = {
    name: 'c',
    image: 'i',
    tty: true,
    env: [{ name: 'E', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
  };
  const spec = { container, retries: 1, nope: 1, serviceAccount: { name: 's', nope: 1 } };
  const created = await create(object('KeptnTaskDefinition', 'unknown-fields', spec), '--validate=false');
  expect(created).toMatchObject({ spec: { container, serviceAccount: { name: 's' } } });
  expect(JSON.stringify(created)).not.toContain('nope');
});

describe('refused, naming the field:', () => {
  const evaluation = (target: string): unknown => ({
    objectives: [{ keptnMetricRef: { name: 'm' }, evaluationTarget: target }],
  });
  const cases: readonly [string, string, unknown, RegExp][] = [
    ['a duration with rubbish in front', 'KeptnTaskDefinition', { deno, timeout: 'xx5s' }, /spec\.timeout/],
    ['a duration of an unknown unit', 'KeptnTaskDefinition', { deno, timeout: '5x' }, /spec\.timeout/],
    ['a negative duration', 'KeptnTask', { taskDefinition: 'd', timeout: '-5s' }, /spec\.timeout/],
    [
      'a negative retry interval',
      'KeptnEvaluation',
      { evaluationDefinition: 'd', retryInterval: '-5s' },
      /spec\.retryInterval/,
    ],
    [
      'a rollout timeout that starts with 0',
      'KeptnConfig',
      { observabilityTimeout: '0garbage' },
      /spec\.observabilityTimeout/,
    ],
    ['negative retries', 'KeptnTaskDefinition', { deno, retries: -1 }, /spec\.retries/],
    ['retries beyond 32 bits', 'KeptnTask', { taskDefinition: 'd', retries: 2 ** 31 }, /spec\.retries/],
    [
      'a negative discovery window',
      'KeptnConfig',
      { keptnAppCreationRequestTimeoutSeconds: -1 },
      /spec\.keptnAppCreationRequestTimeoutSeconds/,
    ],
    [
      'two runtimes',
      'KeptnTaskDefinition',
      { deno, python: deno },
      /spec: .*exactly one of deno, python, container/,
    ],
    [
      'deno beside its old name',
      'KeptnTaskDefinition',
      { deno, function: deno },
      /spec: .*exactly one of deno, python, container/,
    ],
    ['no runtime', 'KeptnTaskDefinition', { retries: 1 }, /spec: .*exactly one of deno, python, container/],
    [
      'a runtime without a source',
      'KeptnTaskDefinition',
      { deno: {} },
      /spec\.deno: .*exactly one of functionRef, inline, httpRef, configMapRef/,
    ],
    [
      'a runtime with two sources',
      'KeptnTaskDefinition',
      { python: { ...deno, httpRef: { url: 'http://x/y.py' } } },
      /spec\.python: .*exactly one of functionRef/,
    ],
    [
      'a container without an image',
      'KeptnTaskDefinition',
      { container: { name: 'c' } },
      /spec\.container\.image/,
    ],
    ['an app without version', 'KeptnApp', { workloads: [] }, /spec\.version/],
    ['an app without spec', 'KeptnApp', undefined, /spec: Required/],
    [
      'a workload of an app without version',
      'KeptnApp',
      { version: '1', workloads: [{ name: 'w' }] },
      /spec\.workloads\[0\]\.version/,
    ],
    ['a task without definition', 'KeptnTask', {}, /spec\.taskDefinition/],
    [
      'a target without operator',
      'KeptnEvaluationDefinition',
      evaluation('10'),
      /spec\.objectives\[0\]\.evaluationTarget/,
    ],
    [
      'a target with a unit',
      'KeptnEvaluationDefinition',
      evaluation('<10Mi'),
      /spec\.objectives\[0\]\.evaluationTarget/,
    ],
    [
      'a list of numbers as checks',
      'KeptnAppContext',
      { preDeploymentTasks: [1] },
      /spec\.preDeploymentTasks/,
    ],
  ];
  test.each(cases)('%s', async (_, kind, spec, message) => {
    const version = kind === 'KeptnConfig' ? 'v1alpha1' : 'v1';
    const run = await tryKubectl(
      ['create', '-f', '-'],
      JSON.stringify(object(kind, 'refused', spec, version)),
    );
    expect(run.stderr).toMatch(message);
    expect(run.code).not.toBe(0);
  });
});

test('the server and our parser agree on which runtimes and sources may stand together', async () => {
  const subsets = (fields: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] =>
    Object.entries(fields).reduce<Readonly<Record<string, unknown>>[]>(
      (all, [key, value]) => all.concat(all.map((some) => ({ ...some, [key]: value }))),
      [{}],
    );
  const specs = [
    ...subsets({ deno, python: deno, function: deno, container: { name: 'c', image: 'i' } }),
    ...subsets({
      functionRef: { name: 'f' },
      ...deno,
      httpRef: { url: 'http://x/y.ts' },
      configMapRef: { name: 'c' },
    }).map((runtime) => ({ deno: runtime })),
  ];
  const manifests = specs.map((spec, index) => object('KeptnTaskDefinition', `subset-${index}`, spec));
  const run = await tryKubectl(['create', '--dry-run=server', '-o', 'name', '-f', '-'], asList(manifests));
  const admitted = run.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^.*\//, ''));
  const parsed = manifests.flatMap((manifest, index) =>
    resources.keptntaskdefinitions.parse(manifest).ok ? [`subset-${index}`] : [],
  );
  expect(admitted.toSorted()).toEqual(parsed.toSorted());
  expect(admitted).toHaveLength(8);
});

describe('status', () => {
  const condition = (type: string): Readonly<Record<string, string>> => ({
    type,
    status: 'True',
    reason: 'Tested',
    message: 'It was tested.',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  });
  const applyStatus = async (name: string, manager: string, status: unknown): Promise<unknown> =>
    kubectlObject(
      [
        'apply',
        '--server-side',
        '--subresource=status',
        `--field-manager=${manager}`,
        '--force-conflicts',
        '-o',
        'json',
        '-f',
        '-',
      ],
      JSON.stringify({ ...object('KeptnEvaluation', name, undefined), status }),
    );

  test('two managers own a condition each, and the defaults are filled in', async () => {
    const name = 'two-managers';
    await create(object('KeptnEvaluation', name, { evaluationDefinition: 'd' }));
    await applyStatus(name, 'sluice/one', { conditions: [condition('Ready')] });
    const both = await applyStatus(name, 'sluice/two', { conditions: [condition('Stalled')] });
    expect(both).toMatchObject({
      status: {
        overallStatus: 'Pending',
        retryCount: 0,
        conditions: [{ type: 'Ready' }, { type: 'Stalled' }],
      },
    });
    const withdrawn = await applyStatus(name, 'sluice/one', { overallStatus: 'Failed' });
    expect(withdrawn).toMatchObject({
      status: { overallStatus: 'Failed', conditions: [{ type: 'Stalled' }] },
    });
  });

  test('is not written with the object', async () => {
    const created = await create({
      ...object('KeptnTask', 'own-status', { taskDefinition: 'd' }),
      status: { status: 'Succeeded' },
    });
    expect(created).not.toHaveProperty('status');
  });

  test('a condition that is not one is refused', async () => {
    await create(object('KeptnEvaluation', 'bad-condition', { evaluationDefinition: 'd' }));
    const bad = applyStatus('bad-condition', 'sluice/one', {
      conditions: [{ ...condition('Ready'), status: 'Maybe' }],
    });
    await expect(bad).rejects.toThrow(/status\.conditions\[0\]\.status/);
  });
});

test('kubectl explain shows descriptions at every level', async () => {
  const topics = [
    ['keptntaskdefinition', 'A check that runs as a Job'],
    ['keptntaskdefinition.spec', 'How many times the Job is tried again'],
    ['keptntaskdefinition.spec.deno.inline', 'The code.'],
    ['keptntaskdefinition.spec.container.env.valueFrom', 'Where the value comes from'],
    ['keptnworkloadversion.status.conditions', 'Whether the condition holds'],
  ] as const;
  const texts = await Promise.all(topics.map(async ([topic]) => kubectl(['explain', topic])));
  for (const [index, [, wanted]] of topics.entries())
    expect(texts[index]?.replaceAll(/\s+/g, ' ')).toContain(wanted);
  expect(await kubectl(['explain', 'keptntaskdefinition.spec.deno', '--recursive'])).toMatch(
    /code\s+<string> -required-/,
  );
});

test('kubectl get shows for whom a task runs (Q-30)', async () => {
  const context = {
    appName: 'shop',
    appVersion: '1.4.0',
    workloadName: 'shop-cart',
    workloadVersion: '2.1.0',
  };
  await create(object('KeptnTask', 'columns', { taskDefinition: 'd', context }));
  const table = await kubectl(['get', 'keptntask', 'columns', ...inNamespace]);
  const lines = table.trimEnd().split('\n');
  expect(lines.map((line) => line.trimEnd().split(/\s\s+/))).toEqual([
    ['NAME', 'APPNAME', 'APPVERSION', 'WORKLOADNAME', 'WORKLOADVERSION', 'JOB NAME', 'STATUS'],
    ['columns', 'shop', '1.4.0', 'shop-cart', '2.1.0'],
  ]);
});

test('applied over a CRD with a conversion webhook, ours takes the webhook away', async () => {
  // A copy in a group of its own: the real CRD serves other tests meanwhile.
  const ours = crdManifest({ ...keptnAppKind, group: `${namespace}.example.com` });
  const service = { name: 'lifecycle-webhook-service', namespace: 'keptn-system', path: '/convert' };
  const webhook = { clientConfig: { service }, conversionReviewVersions: ['v1'] };
  const theirs = { ...ours, spec: { ...ours.spec, conversion: { strategy: 'Webhook', webhook } } };
  onTestFinished(async () => {
    await kubectl(['delete', 'crd', ours.metadata.name]);
  });
  await create(theirs);
  const applied = await kubectlObject(['apply', '-o', 'json', '-f', '-'], JSON.stringify(ours));
  expect(applied).toMatchObject({ spec: { conversion: { strategy: 'None' } } });
  expect(applied).not.toHaveProperty('spec.conversion.webhook');
});

test('short names', async () => {
  const run = await tryKubectl(['get', 'kav,kwv,ke,ked', ...inNamespace, '-o', 'name']);
  expect(run).toMatchObject({ code: 0 });
});

test('every resource is where apiPath says, and its list items parse', async () => {
  for (const def of Object.values(resources)) {
    const list = z
      .object({ kind: z.string(), items: z.array(z.unknown()) })
      .parse(await kubectlObject(['get', '--raw', apiPath(def, def.namespaced ? namespace : undefined)]));
    expect(list.kind).toBe(`${def.kind}List`);
    const failures = list.items.map((item) => def.parse(item)).filter((parsed) => !parsed.ok);
    expect(failures, def.name).toEqual([]);
  }
});
