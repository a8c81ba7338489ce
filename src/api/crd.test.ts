import { describe, expect, test } from 'vitest';
import { crdManifest, objectSchema } from './crd.ts';
import { customKinds } from './kinds.ts';
import type { StructuralSchema } from './structural.ts';
import { parseYamlDocuments, toYaml } from './yaml.ts';

const crds = customKinds.map(crdManifest);

test('groups, versions, scope and short names are those of Keptn', () => {
  const rows = crds.map(({ spec }) => {
    const versions = spec.versions.map(({ name, storage }) => (storage ? `[${name}]` : name)).join(' ');
    return `${spec.group} ${String(spec.names['plural'])} ${String(spec.names['singular'])} ${JSON.stringify(spec.names['shortNames'] ?? [])} ${versions}`;
  });
  expect(rows).toEqual([
    'metrics.keptn.sh analyses analysis [] v1alpha3 v1beta1 [v1]',
    'metrics.keptn.sh analysisdefinitions analysisdefinition [] v1alpha3 v1beta1 [v1]',
    'metrics.keptn.sh analysisvaluetemplates analysisvaluetemplate [] v1alpha3 v1beta1 [v1]',
    'lifecycle.keptn.sh keptnapps keptnapp [] v1alpha1 v1alpha2 v1alpha3 v1beta1 [v1]',
    'lifecycle.keptn.sh keptnappcontexts keptnappcontext [] v1beta1 [v1]',
    'lifecycle.keptn.sh keptnappcreationrequests keptnappcreationrequest [] v1alpha3 v1beta1 [v1]',
    'lifecycle.keptn.sh keptnappversions keptnappversion ["kav"] v1alpha1 v1alpha2 v1alpha3 v1beta1 [v1]',
    'options.keptn.sh keptnconfigs keptnconfig [] [v1alpha1]',
    'lifecycle.keptn.sh keptnevaluations keptnevaluation ["ke"] v1alpha1 v1alpha2 v1alpha3 v1beta1 [v1]',
    'lifecycle.keptn.sh keptnevaluationdefinitions keptnevaluationdefinition ["ked"] v1alpha1 v1alpha2 v1alpha3 v1beta1 [v1]',
    'metrics.keptn.sh keptnmetrics keptnmetric [] v1alpha1 v1alpha2 v1alpha3 v1beta1 [v1]',
    'metrics.keptn.sh keptnmetricsproviders keptnmetricsprovider ["kmp"] v1alpha2 v1alpha3 v1beta1 [v1]',
    'lifecycle.keptn.sh keptntasks keptntask [] v1alpha1 v1alpha2 v1alpha3 v1beta1 [v1]',
    'lifecycle.keptn.sh keptntaskdefinitions keptntaskdefinition [] v1alpha1 v1alpha2 v1alpha3 v1beta1 [v1]',
    'lifecycle.keptn.sh keptnworkloads keptnworkload [] v1alpha1 v1alpha2 v1alpha3 v1beta1 [v1]',
    'lifecycle.keptn.sh keptnworkloadversions keptnworkloadversion ["kwv"] v1alpha4 v1beta1 [v1]',
  ]);
});

test('every version has a status of its own and the schema of all others', () => {
  for (const { spec } of crds) {
    for (const version of spec.versions) {
      expect(version.subresources).toEqual({ status: {} });
      expect(version.schema).toEqual(spec.versions[0]?.schema);
    }
  }
});

describe.each(customKinds.map((kind) => [kind.kind, kind] as const))('%s', (_, kind) => {
  const schema = objectSchema(kind);

  test('describes every field', () => {
    const undescribed = fields('', schema).filter(
      ({ path, field }) => !field.description && path !== '.metadata',
    );
    expect(undescribed.map(({ path }) => path)).toEqual([]);
  });

  test('describes fields in sentences', () => {
    const fragments = fields('', schema).filter(
      ({ field }) => field.description && !/^[A-Z].*\.$/.test(field.description),
    );
    expect(fragments.map(({ field }) => field.description)).toEqual([]);
  });

  test('has columns that point at fields', () => {
    const paths = new Set(fields('', schema).map(({ path }) => path));
    const dangling = (kind.columns ?? []).filter((column) => !paths.has(column.path));
    expect(dangling).toEqual([]);
  });

  test('has conditions that several managers can own', () => {
    expect(schema.properties?.['status']?.properties?.['conditions']).toMatchObject({
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    });
  });

  test('survives being written as YAML', () => {
    const crd = crdManifest(kind);
    expect(parseYamlDocuments(toYaml(crd))).toMatchObject({ ok: true, value: [{ object: crd }] });
  });
});

function fields(
  path: string,
  schema: StructuralSchema,
): readonly { path: string; field: StructuralSchema }[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, field]) => [
    { path: `${path}.${key}`, field },
    ...fields(`${path}.${key}`, field),
  ]);
  const inner = [schema.items, schema.additionalProperties].filter((part) => part !== undefined);
  return [...own, ...inner.flatMap((part) => fields(`${path}[]`, part))];
}
