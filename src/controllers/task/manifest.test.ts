import { expect, test } from 'vitest';
import { keptnTask, taskDefinition } from '../../../test/builders/task-objects.ts';
import { taskSnapshot } from '../../../test/builders/task-snapshot.ts';
import { loadVectors } from '../../../test/builders/vectors.ts';
import { z } from '../../api/schema.ts';
import { codeManifest, jobManifest } from './manifest.ts';
import type { TaskSnapshot } from './observe.ts';
import { planTask } from './plan.ts';

const texts = z.record(z.string(), z.string());
const env = z.array(
  z.strictObject({
    name: z.string(),
    value: z.string().optional(),
    valueFrom: z
      .strictObject({ secretKeyRef: z.strictObject({ name: z.string(), key: z.literal('SECURE_DATA') }) })
      .optional(),
  }),
);
const jobSpec = z.object({
  backoffLimit: z.number(),
  activeDeadlineSeconds: z.int().min(1).optional(),
  template: z.object({
    metadata: z.object({ labels: texts, annotations: texts }),
    spec: z.looseObject({
      restartPolicy: z.string(),
      containers: z.tuple([z.looseObject({ name: z.string(), image: z.string(), env })]),
      volumes: z.array(z.looseObject({ name: z.string() })).optional(),
    }),
  }),
});

function planOf(given: Partial<TaskSnapshot> = {}) {
  const plan = planTask(taskSnapshot(given));
  if (!plan.ok) throw new Error(plan.error.message);
  return plan.value;
}
const specOf = (given: Partial<TaskSnapshot> = {}) => jobSpec.parse(jobManifest(planOf(given))['spec']);
const podOf = (given: Partial<TaskSnapshot> = {}) => specOf(given).template.spec;
const envOf = (given: Partial<TaskSnapshot> = {}) => podOf(given).containers[0].env;

const environment = z.object({
  DATA: z.string().optional(),
  CMD_ARGS: z.string(),
  SCRIPT: z.string(),
  secret: z.string().optional(),
  image: z.string(),
});
const referred = z.object({ functionRef: z.object({ name: z.string() }).optional() });
const environmentVector = z.object({
  name: z.string(),
  definitions: z.array(z.record(z.string(), z.unknown())),
  parameters: texts,
  keptn: environment,
  sluice: environment.optional(),
});

test.each(loadVectors('tasks/environment', environmentVector))('environment: $name', (vector) => {
  const { secret, image, ...values } = vector.sluice ?? vector.keptn;
  const names = vector.definitions.map((spec) => referred.parse(Object.values(spec)[0]).functionRef?.name);
  const definitions = vector.definitions.map((spec, i) =>
    taskDefinition({ metadata: { name: i === 0 ? 'check' : names[i - 1] }, spec }),
  );
  const task = keptnTask({ spec: { parameters: { map: vector.parameters } } });
  const pod = podOf({ definitions, task });
  const found = pod.containers[0].env;
  expect(found.map(({ name }) => name)).toEqual([
    ...(values.DATA === undefined ? [] : ['DATA']),
    'KEPTN_CONTEXT',
    'CMD_ARGS',
    ...(secret === undefined ? [] : ['SECURE_DATA']),
    'SCRIPT',
  ]);
  const plain = Object.fromEntries(found.map(({ name, value }) => [name, value]));
  expect(plain).toMatchObject(values);
  expect(found.find(({ name }) => name === 'SECURE_DATA')?.valueFrom?.secretKeyRef.name).toBe(secret);
  expect(pod.containers[0].image).toBe(`${image}-image`);
  expect(pod.volumes?.some(({ name }) => name === 'function-mount')).toBe(values.SCRIPT.startsWith('/var'));
});

const contextVector = z.object({ context: z.record(z.string(), z.unknown()), keptn: z.string() });
test.each(loadVectors('tasks/context', contextVector))('context $keptn', ({ context, keptn }) => {
  const bare = keptnTask({ spec: { context } });
  const value = (given: Partial<TaskSnapshot>) =>
    envOf(given).find(({ name }) => name === 'KEPTN_CONTEXT')?.value;
  expect(value({ task: bare })).toBe(keptn);
  const definitions = [taskDefinition({ spec: { container: { name: 'c', image: 'i' } } })];
  expect(value({ task: bare, definitions })).toBe(keptn);
});

const volumesVector = z.object({ mounts: z.array(z.string()), keptn: texts, sluice: texts.optional() });
test.each(loadVectors('tasks/container-volumes', volumesVector))(
  'a container that mounts $mounts gets each, and room in it (Q-25)',
  ({ mounts, keptn, sluice }) => {
    const volumeMounts = mounts.map((name, i) => ({ name, mountPath: `/m${i}` }));
    const definitions = [taskDefinition({ spec: { container: { name: 'c', image: 'i', volumeMounts } } })];
    const volume = z.strictObject({ name: z.string(), emptyDir: z.strictObject({ sizeLimit: z.string() }) });
    const found = z.array(volume).parse(podOf({ definitions }).volumes ?? []);
    expect(found.map(({ name, emptyDir }) => [name, emptyDir.sizeLimit])).toEqual(
      Object.entries(sluice ?? keptn),
    );
  },
);

test('a task that has its own secret uses that (Q-51)', () => {
  const task = keptnTask({ spec: { secureParameters: { secret: 'mine' } } });
  const spec = { deno: { inline: { code: '1' }, secureParameters: { secret: 'theirs' } } };
  const found = envOf({ task, definitions: [taskDefinition({ spec })] });
  expect(found.find(({ name }) => name === 'SECURE_DATA')?.valueFrom?.secretKeyRef.name).toBe('mine');
});

test.each(['deno', 'python'])('the pod of a %s task satisfies Pod Security "restricted"', (language) => {
  const restricted = z.looseObject({
    securityContext: z.looseObject({
      seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
    }),
    hostNetwork: z.undefined().optional(),
    hostPID: z.undefined().optional(),
    volumes: z.array(
      z.union([
        z.strictObject({ name: z.string(), emptyDir: z.object({}) }),
        z.strictObject({ name: z.string(), configMap: z.object({ name: z.string() }) }),
      ]),
    ),
    containers: z.array(
      z.looseObject({
        securityContext: z.looseObject({
          runAsNonRoot: z.literal(true),
          runAsUser: z.int().min(1),
          allowPrivilegeEscalation: z.literal(false),
          capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
          privileged: z.undefined().optional(),
        }),
      }),
    ),
  });
  const definitions = [taskDefinition({ spec: { [language]: { inline: { code: '1' } } } })];
  expect(restricted.safeParse(podOf({ definitions })).error).toBeUndefined();
});

test('a container stays as its user wrote it, but for the context', () => {
  const container = {
    name: 'c',
    image: 'busybox:1',
    command: ['sh', '-c', 'true'],
    env: [
      { name: 'KEPTN_CONTEXT', value: 'forged' },
      { name: 'A', value: '1' },
    ],
    resources: { limits: { memory: '64Mi' } },
    securityContext: { runAsUser: 7 },
    terminationMessagePolicy: 'File',
  };
  const [found] = podOf({ definitions: [taskDefinition({ spec: { container } })] }).containers;
  const { env: foundEnv, ...rest } = found;
  const { env: _env, ...given } = container;
  expect(rest).toEqual({
    ...given,
    securityContext: { ...given.securityContext, allowPrivilegeEscalation: false },
  });
  expect(foundEnv[0]).toEqual({ name: 'A', value: '1' });
  expect(foundEnv.map(({ name }) => name)).toEqual(['A', 'KEPTN_CONTEXT']);
  expect(foundEnv[1]?.value).toContain('"workloadName":"shop-cart"');
});

test.each([
  ['5m', 300],
  ['1.5s', 2],
  ['1ms', 1],
  ['0', 1],
])('a timeout of %s gives the Job %d seconds', (timeout, seconds) => {
  const task = keptnTask({ spec: { timeout, retries: 0 } });
  expect(specOf({ task })).toMatchObject({ activeDeadlineSeconds: seconds, backoffLimit: 0 });
});

test('a task whose name is too long for a Job gets a short one, also in its ConfigMap (Q-10)', () => {
  const plan = planOf({ task: keptnTask({ metadata: { name: 'x'.repeat(253) } }) });
  const { name } = jobManifest(plan).metadata;
  expect(name).toMatch(/^x+-[0-9a-f]+$/);
  expect(name.length).toBeLessThanOrEqual(63);
  expect(codeManifest(plan)?.metadata.name.startsWith(`${name}-`)).toBe(true);
  expect(specOf({ task: plan.task }).template.metadata.labels).toEqual({ 'keptn.sh/task': name });
});

test('arguments of a script are handed over for it, not for its interpreter (Q-52)', () => {
  const spec = { python: { inline: { code: '1' }, cmdParameters: '-v --dry' } };
  const definitions = [taskDefinition({ spec })];
  expect(envOf({ definitions })).toContainEqual({ name: 'CMD_ARGS', value: '-v --dry' });
  const [only] = podOf({ definitions }).containers;
  expect(Object.keys(only)).not.toContain('args');
  expect(Object.keys(only)).not.toContain('command');
});

test('the Job says for what it runs, belongs to its task, and keeps the pod of a failed attempt', () => {
  const task = keptnTask({ metadata: { labels: { team: 'a' }, annotations: { note: 'b' } } });
  const manifest = jobManifest(planOf({ task }));
  expect(manifest.metadata).toMatchObject({
    name: 'pre-check',
    namespace: 'shop',
    labels: { team: 'a' },
    annotations: {
      note: 'b',
      'keptn.sh/app': 'shop',
      'keptn.sh/task-name': 'pre-check',
      'keptn.sh/version': '1',
      'keptn.sh/workload': 'shop-cart',
    },
    ownerReferences: [
      { kind: 'KeptnTask', name: 'pre-check', uid: 'task-1', controller: true, blockOwnerDeletion: true },
    ],
  });
  const { template, ...rest } = specOf({ task });
  expect(template.metadata).toEqual({
    labels: { team: 'a', 'keptn.sh/task': 'pre-check' },
    annotations: { note: 'b' },
  });
  expect(template.spec.restartPolicy).toBe('Never');
  // A Job that could expire before its result was recorded would run again.
  expect(Object.keys(rest)).not.toContain('ttlSecondsAfterFinished');
});

test('at app level the version is that of the app and no workload is named', () => {
  const context = { appName: 'shop', appVersion: '2', objectType: 'App' };
  const { annotations } = jobManifest(planOf({ task: keptnTask({ spec: { context } }) })).metadata;
  expect(annotations).toMatchObject({ 'keptn.sh/version': '2' });
  expect(Object.keys(annotations ?? {})).not.toContain('keptn.sh/workload');
});

test('service account, token and pull secrets are those of the definition, absent when it has none', () => {
  const spec = {
    deno: { inline: { code: '1' } },
    serviceAccount: { name: 'sa' },
    automountServiceAccountToken: { type: false },
    imagePullSecrets: [{ name: 'pull' }],
  };
  expect(podOf({ definitions: [taskDefinition({ spec })] })).toMatchObject({
    serviceAccountName: 'sa',
    automountServiceAccountToken: false,
    imagePullSecrets: [{ name: 'pull' }],
  });
  const bare = Object.keys(podOf());
  for (const field of ['serviceAccountName', 'automountServiceAccountToken', 'imagePullSecrets']) {
    expect(bare).not.toContain(field);
  }
});

test('code is kept beside its Job, unchangeable; a URL and a container keep none', () => {
  expect(codeManifest(planOf())).toMatchObject({
    kind: 'ConfigMap',
    immutable: true,
    metadata: {
      name: expect.stringMatching(/^pre-check-[0-9a-f]{10}$/),
      ownerReferences: [{ uid: 'task-1' }],
    },
    data: { code: 'console.log(1)' },
  });
  const url = [taskDefinition({ spec: { deno: { httpRef: { url: 'https://h/x.ts' } } } })];
  expect(codeManifest(planOf({ definitions: url }))).toBeUndefined();
  const container = [taskDefinition({ spec: { container: { name: 'c', image: 'i' } } })];
  expect(codeManifest(planOf({ definitions: container }))).toBeUndefined();
});

const steps = [
  { name: 'fetch', container: { image: 'i', volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }] } },
  {
    name: 'judge',
    deno: {
      inline: { code: 'judge()' },
      parameters: { map: { a: 'step' } },
      secureParameters: { secret: 's' },
    },
  },
  { name: 'tell', python: { functionRef: { name: 'notify' }, cmdParameters: '--dry' } },
];
const notify = taskDefinition({
  metadata: { name: 'notify' },
  spec: { deno: { inline: { code: 'tell()' }, parameters: { map: { a: 'parent', b: 'parent' } } } },
});
const stepPod = z.object({
  initContainers: z.array(z.looseObject({ name: z.string(), image: z.string(), env })),
  containers: z.array(
    z.looseObject({ name: z.string(), image: z.string(), env, volumeMounts: z.array(z.looseObject({})) }),
  ),
  volumes: z.array(z.looseObject({ name: z.string() })),
});
const several = (given: Partial<TaskSnapshot> = {}) =>
  stepPod.parse(podOf({ definitions: [taskDefinition({ spec: { steps } }), notify], ...given }));

test('steps are init containers in order and the last is the main container, named as the steps', () => {
  const { initContainers, containers } = several();
  expect([...initContainers, ...containers].map(({ name, image }) => [name, image])).toEqual([
    ['fetch', 'i'],
    ['judge', 'deno-image'],
    ['tell', 'deno-image'],
  ]);
});

test('the code of all steps is in one ConfigMap with a key for each, and each sees its own', () => {
  const definitions = [taskDefinition({ spec: { steps } }), notify];
  const kept = codeManifest(planOf({ definitions }));
  expect(kept?.['data']).toEqual({ judge: 'judge()', tell: 'tell()' });
  const { containers, volumes } = several();
  expect(containers[0]?.volumeMounts).toContainEqual({
    name: 'function-mount',
    mountPath: '/var/data/function.ts',
    subPath: 'tell',
    readOnly: true,
  });
  expect(volumes.map(({ name }) => name)).toEqual(['tmp', 'function-mount']);
  expect(volumes[1]).toMatchObject({ configMap: { name: kept?.metadata.name } });
});

test('each step has its own parameters and secret; those of the task are for all of them (Q-51)', () => {
  const spec = { parameters: { map: { b: 'task' } }, secureParameters: { secret: 'mine' } };
  const valueIn = (name: string, from: readonly { name: string; value?: string | undefined }[] = []) =>
    from.find((entry) => entry.name === name)?.value;
  const plain = several();
  expect(valueIn('DATA', plain.initContainers[1]?.env)).toBe('{"a":"step"}');
  expect(valueIn('DATA', plain.containers[0]?.env)).toBe('{"a":"parent","b":"parent"}');
  expect(valueIn('CMD_ARGS', plain.containers[0]?.env)).toBe('--dry');
  const own = several({ task: keptnTask({ spec }) });
  expect(valueIn('DATA', own.initContainers[1]?.env)).toBe('{"a":"step","b":"task"}');
  expect(valueIn('DATA', own.containers[0]?.env)).toBe('{"a":"parent","b":"task"}');
  expect(JSON.stringify(own.initContainers[1]?.env)).toContain('"name":"mine"');
  expect(valueIn('KEPTN_CONTEXT', own.initContainers[0]?.env)).toContain('"workloadName":"shop-cart"');
  expect(own.initContainers[0]?.env.map(({ name }) => name)).toEqual(['KEPTN_CONTEXT']);
});

test('code that was corrected before the Job could be made is kept under another name', () => {
  const nameOf = (code: string) =>
    codeManifest(planOf({ definitions: [taskDefinition({ spec: { deno: { inline: { code } } } })] }))
      ?.metadata.name;
  expect(nameOf('1')).toBe(nameOf('1'));
  expect(nameOf('1')).not.toBe(nameOf('2'));
});

test('volumes that the definition declares are mounted in place of empty folders (Q-25)', () => {
  const volumeMounts = ['data', 'scratch'].map((name) => ({ name, mountPath: `/${name}` }));
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'd' } }];
  const spec = { container: { name: 'c', image: 'i', volumeMounts }, volumes };
  expect(podOf({ definitions: [taskDefinition({ spec })] }).volumes).toEqual([
    ...volumes,
    { name: 'scratch', emptyDir: { sizeLimit: '1Gi' } },
  ]);
});

test('a script asks for little unless its definition says what it needs', () => {
  const resources = { requests: { memory: '1Gi' }, limits: { memory: '2Gi' } };
  const asked = (given: object) =>
    podOf({ definitions: [taskDefinition({ spec: { deno: { inline: { code: '1' }, ...given } } })] })
      .containers[0]['resources'];
  expect(asked({})).toEqual({ requests: { cpu: '10m', memory: '64Mi' } });
  expect(asked({ resources })).toEqual(resources);
});

test('the checksum of a URL is handed to the runtime, behind a functionRef too (Q-14)', () => {
  const sha256 = 'ab'.repeat(32);
  const parent = taskDefinition({
    metadata: { name: 'parent' },
    spec: { python: { httpRef: { url: 'https://h/x.py', sha256 } } },
  });
  const child = taskDefinition({ spec: { python: { functionRef: { name: 'parent' } } } });
  expect(envOf({ definitions: [child, parent] })).toContainEqual({ name: 'SCRIPT_SHA256', value: sha256 });
});
