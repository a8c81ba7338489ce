import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { customKinds } from '../../../src/api/kinds.ts';
import { exampleObject } from '../../../src/api/reference.ts';
import { resources } from '../../../src/api/resources.ts';
import { z } from '../../../src/api/schema.ts';
import { parseYamlDocuments } from '../../../src/api/yaml.ts';
import { dryRun, installKinds, kubectl, kubectlObject, tryKubectl } from './kubectl.ts';
import { admitted, refused } from './validation-cases.ts';

const namespace = `api-validation-${process.pid}`;

const manifest = (kind: string, called: string, spec: object): Readonly<Record<string, unknown>> => ({
  apiVersion: kind === 'KeptnConfig' ? 'options.keptn.sh/v1alpha1' : 'lifecycle.keptn.sh/v1',
  kind,
  metadata: { name: called, namespace },
  spec,
});

beforeAll(() => installKinds(namespace));

describe('refused, with the field and what to write:', () => {
  let errors: readonly string[];
  beforeAll(async () => {
    ({ errors } = await dryRun(refused.map(([, kind, spec], i) => manifest(kind, `bad-${i}`, spec))));
  });

  test.for(refused.map(([what, kind, , says], i) => [what, kind, says, i] as const))(
    '%s in a %s',
    ([, , says, i]) => {
      const error = errors.find((one) => one.includes(`"bad-${i}" is invalid`));
      // The API server repeats the value, an object as a whole.
      expect(
        error?.replace(/Invalid value: (?:"[^"]*"|\{.*?\}|"object"): (?=must|needs)/, 'Invalid value: '),
      ).toContain(says);
    },
  );
});

test('what Keptn admitted and ran is admitted', async () => {
  const { made, errors } = await dryRun(
    admitted.map(([, kind, spec], i) => manifest(kind, `good-${i}`, spec)),
  );
  expect(errors.join('\n').trim()).toBe('');
  expect(made).toHaveLength(admitted.length);
});

test('every example is admitted in every served version', async () => {
  const examples = customKinds.flatMap((kind) =>
    kind.versions.map((version) => ({
      ...exampleObject(kind, version),
      metadata: { name: `${kind.example.name}-in-${version}`, namespace },
    })),
  );
  const { made, errors } = await dryRun(examples);
  expect(errors.join('\n').trim()).toBe('');
  expect(made).toHaveLength(examples.length);
});

test('the objects of ours in the manifests of the demo are admitted', async () => {
  const folder = 'manifests/examples/demo';
  const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  const objects = texts.flatMap((text) => {
    const parsed = parseYamlDocuments(text);
    if (!parsed.ok) throw new Error(parsed.error.message);
    return parsed.value.map(({ object }) => z.looseObject({ apiVersion: z.string() }).parse(object));
  });
  const ours = objects.filter(({ apiVersion }) => apiVersion.includes('keptn.sh/'));
  const here = ours.map((object) => {
    const { metadata } = z.object({ metadata: z.looseObject({}) }).parse(object);
    return { ...object, metadata: { ...metadata, namespace } };
  });
  const { made, errors } = await dryRun(here);
  expect(errors.join('\n').trim()).toBe('');
  expect(made.length).toBeGreaterThan(0);
});

test('an object stored before a rule is read, cleaned, and can be changed in other fields', async () => {
  const crd = 'keptnappcontexts.lifecycle.keptn.sh';
  const schemaPath =
    '/spec/versions/1/schema/openAPIV3Schema/properties/spec/properties/preDeploymentTasks/items';
  // As under Keptn's CRD, which asks nothing of a name.
  const lax = JSON.stringify([{ op: 'replace', path: schemaPath, value: { type: 'string' } }]);
  await kubectl(['patch', 'crd', crd, '--type=json', '-p', lax]);
  const old = manifest('KeptnAppContext', 'old', { preDeploymentTasks: ['a', ' b', '', 'a'] });
  await expect
    .poll(async () => (await tryKubectl(['create', '-f', '-'], JSON.stringify(old))).code, {
      timeout: 30_000,
    })
    .toBe(0);
  await kubectl(['apply', '--server-side', '--force-conflicts', '-k', 'manifests/crds']);
  const bad = manifest('KeptnAppContext', 'new', { preDeploymentTasks: [' b'] });
  await expect
    .poll(async () => (await dryRun([bad])).errors.join(), { timeout: 30_000 })
    .toContain('must be the name of a definition');
  const read = resources.keptnappcontexts.parse(
    await kubectlObject(['get', crd, 'old', '-n', namespace, '-o', 'json']),
  );
  expect(read).toMatchObject({ ok: true, value: { spec: { preDeploymentTasks: ['a', 'b'] } } });
  const change = JSON.stringify({ spec: { metadata: { stage: 'dev' } } });
  const changed = await tryKubectl(['patch', crd, 'old', '-n', namespace, '--type=merge', '-p', change]);
  expect(changed.code).toBe(0);
  expect(changed.stderr).toContain('Warning: spec.preDeploymentTasks[1]: Invalid value: " b": must be');
});
