import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { chartDir, Helm } from '../../scripts/chart/helm.ts';
import { toYaml } from '../../src/api/yaml.ts';
import { changes } from './changes.ts';
import { hasPolicy, nameOf, type Release, released, type Values } from './rendered.ts';
import { valueSets } from './value-sets.ts';

const golden = (name: string): string => join(import.meta.dirname, 'golden', `${name}.yaml`);
/** Resource definitions are most of the chart, and values.test.ts looks at them. */
const withoutDefinitions = { crds: { install: false } };

let helm: Helm;
let standard: ReadonlyMap<string, unknown>;

const byName = ({ objects }: Release): ReadonlyMap<string, unknown> =>
  new Map(objects.map((object) => [nameOf(object), object]));
const noticeOf = ({ notes }: Release): string =>
  notes
    .split('\n')
    .map((line) => `# ${line}`.trimEnd())
    .join('\n');
const releasedWith = (values: Values): Promise<Release> =>
  released(helm, { ...values, ...withoutDefinitions });

beforeAll(async () => {
  helm = await Helm.built();
  standard = byName(await releasedWith({}));
});

test('helm lint finds nothing', async () => {
  const { ok, stdout } = await helm.try(['lint', chartDir, '--strict']);
  expect(stdout).not.toMatch(/\[(ERROR|WARNING)\]/);
  expect(ok).toBe(true);
});

test('nothing is said: what kustomize.test.ts does not compare', async () => {
  const release = await released(helm, {});
  const hooks = release.objects.filter(({ metadata }) => metadata.annotations?.['helm.sh/hook']);
  const objects = hooks.map((object) => toYaml(object, { sorted: true }));
  await expect([noticeOf(release), ...objects].join('\n---\n')).toMatchFileSnapshot(golden('default'));
});

test.each(Object.entries(valueSets).filter(([name]) => name !== 'policy' || hasPolicy))(
  'what these values change: golden/%s.yaml',
  async (name, values) => {
    const release = await releasedWith(values);
    const now = byName(release);
    const gone = [...standard.keys()].filter((one) => !now.has(one));
    const changed = [...now].flatMap(([one, object]): [string, unknown][] => {
      const change = changes(standard.get(one), object);
      return change === undefined ? [] : [[one, change]];
    });
    const text = toYaml({ values, gone, changed: Object.fromEntries(changed) }, { sorted: false });
    await expect(`${noticeOf(release)}\n${text}`).toMatchFileSnapshot(golden(name));
  },
);
