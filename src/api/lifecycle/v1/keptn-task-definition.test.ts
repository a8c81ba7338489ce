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
