import { expect, test } from 'vitest';
import { resources } from '../../resources.ts';

const parse = (spec: unknown): ReturnType<typeof resources.keptntaskdefinitions.parse> =>
  resources.keptntaskdefinitions.parse({ metadata: { name: 'd', namespace: 'n' }, spec });
const deno = { inline: { code: 'x' } };

test('retries, timeout and ttl have defaults', () => {
  expect(parse({ deno })).toMatchObject({
    ok: true,
    value: { spec: { deno, retries: 10, timeout: '5m', ttlSecondsAfterFinished: 300 } },
  });
});

test('nothing of a container is lost', () => {
  const container = {
    name: 'c',
    image: 'i',
    tty: true,
    env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
    resources: { limits: { cpu: 1, memory: '64Mi' }, claims: [{ name: 'x' }] },
    volumeMounts: [{ name: 'v', mountPath: '/v', mountPropagation: 'None' }],
  };
  expect(parse({ container })).toMatchObject({ ok: true, value: { spec: { container } } });
});

test.each([
  ['none', {}, 'spec: needs exactly one of deno, python, container'],
  ['two runtimes', { deno, python: deno }, 'spec: needs exactly one of deno, python, container'],
  ['deno twice', { deno, function: deno }, 'spec: needs exactly one of deno, python, container'],
  ['no source', { deno: {} }, 'spec.deno: needs exactly one of functionRef, inline, httpRef, configMapRef'],
  [
    'two sources',
    { python: { ...deno, httpRef: { url: 'u' } } },
    'spec.python: needs exactly one of functionRef',
  ],
  [
    'steps of one name',
    {
      steps: [
        { name: 'a', deno },
        { name: 'a', deno },
      ],
    },
    'spec.steps: the names of steps must differ',
  ],
  ['a step of two runtimes', { steps: [{ name: 'a', deno, python: deno }] }, 'spec.steps[0]: a step needs'],
  ['a step without a runtime', { steps: [{ name: 'a' }] }, 'spec.steps[0]: a step needs'],
  [
    'a step with an empty runtime',
    { steps: [{ name: 'a', deno: {} }] },
    'spec.steps[0].deno: needs exactly one',
  ],
  ['no step', { steps: [] }, 'spec.steps: '],
  ['21 steps', { steps: Array.from({ length: 21 }, (_, i) => ({ name: `s${i}`, deno })) }, 'spec.steps: '],
  ['a step that no container can be called', { steps: [{ name: 'A', deno }] }, 'spec.steps[0].name: '],
  ['steps and a runtime', { deno, steps: [{ name: 'a', deno }] }, 'spec: needs exactly one of'],
  [
    'a checksum that is none',
    { deno: { httpRef: { url: 'u', sha256: 'abc' } } },
    'spec.deno.httpRef.sha256: is not a SHA-256',
  ],
  ['empty code', { deno: { inline: { code: '' } } }, 'spec.deno.inline.code: '],
  ['no image', { container: { name: 'c' } }, 'spec.container.image: '],
  ['no spec', undefined, 'spec: '],
])('refused, naming the field: %s', (_, spec, message) => {
  const parsed = parse(spec);
  expect(parsed.ok ? '' : parsed.error.message).toContain(message);
});

test('function is read as it stands', () => {
  expect(parse({ function: deno })).toMatchObject({ ok: true, value: { spec: { function: deno } } });
});

test.each(['deno', 'python', 'function'])('an empty %s is refused where it is written (Q-24)', (runtime) => {
  const parsed = parse({ [runtime]: {} });
  expect(parsed.ok ? '' : parsed.error.message).toContain(
    `spec.${runtime}: needs exactly one of functionRef`,
  );
});
