import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { chartDir, Helm } from '../../scripts/chart/helm.ts';
import { toYaml } from '../../src/api/yaml.ts';
import { hasPolicy, nameOf, notes, type Rendered, rendered } from './rendered.ts';
import { valueSets } from './value-sets.ts';

const golden = join(import.meta.dirname, '../../scripts/chart/golden');

let helm: Helm;
let standard: ReadonlyMap<string, string>;

const byName = (objects: readonly Rendered[]): ReadonlyMap<string, string> =>
  new Map(objects.map((object) => [nameOf(object), toYaml(object, { sorted: true })]));
const withoutDefinitions = (objects: readonly Rendered[]): readonly Rendered[] =>
  objects.filter(({ kind }) => kind !== 'CustomResourceDefinition');
/** Schemas and rights are those of manifests/crds and manifests/rbac, compared elsewhere. */
const bare = (object: Rendered): Rendered => {
  if (object.kind === 'CustomResourceDefinition') return { ...object, spec: undefined };
  return object.kind.endsWith('Role') ? { ...object, rules: undefined } : object;
};

beforeAll(async () => {
  helm = await Helm.built();
  standard = byName((await rendered(helm)).map(bare));
});

test('helm lint finds nothing', async () => {
  const { ok, stdout } = await helm.try(['lint', chartDir, '--strict']);
  expect(stdout).not.toMatch(/\[(ERROR|WARNING)\]/);
  expect(ok).toBe(true);
});

test('nothing is said: golden/default.yaml', async () => {
  const objects = withoutDefinitions(await rendered(helm)).map(bare);
  const text = objects.map((object) => toYaml(object, { sorted: true })).join('---\n');
  await expect(text).toMatchFileSnapshot(join(golden, 'default.yaml'));
});

describe('what a set of values changes', () => {
  const sets = Object.entries(valueSets).filter(([name]) => name !== 'policy' || hasPolicy);
  test.each(sets)('golden/%s.yaml', async (name, values) => {
    const now = byName((await rendered(helm, values)).map(bare));
    const changed = [...now].filter(([one, text]) => standard.get(one) !== text);
    const gone = [...standard.keys()].filter((one) => !now.has(one));
    const head = toYaml({ values, gone });
    const notice = (await notes(helm, values)).split('\n').map((line) => `# ${line}`.trimEnd());
    const text = [head, ...changed.map(([, one]) => one)].join('---\n');
    await expect(`${notice.join('\n')}\n${text}`).toMatchFileSnapshot(join(golden, `${name}.yaml`));
  });
});
