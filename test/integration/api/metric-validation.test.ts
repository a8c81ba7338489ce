import { beforeAll, describe, expect, test } from 'vitest';
import { dryRun, installKinds } from './kubectl.ts';
import { admitted, refused } from './metric-validation-cases.ts';

const namespace = `metric-validation-${process.pid}`;

const manifest = (version: string, kind: string, called: string, spec: object): object => ({
  apiVersion: `metrics.keptn.sh/${version}`,
  kind,
  metadata: { name: called, namespace },
  spec,
});

beforeAll(() => installKinds(namespace));

describe.for(['v1alpha3', 'v1beta1', 'v1'])('in %s', (version) => {
  let errors: readonly string[];
  beforeAll(async () => {
    const bad = refused.map(([, kind, spec], i) => manifest(version, kind, `bad-${i}`, spec));
    ({ errors } = await dryRun(bad));
  });

  test.for(refused.map(([what, kind, , says], i) => [what, kind, says, i] as const))(
    'refused: %s in a %s',
    ([, , says, i]) => {
      const error = errors.find((one) => one.includes(`"bad-${i}" is invalid`));
      // The API server repeats the value, an object as a whole.
      const value =
        /Invalid value: (?:"[^"]*"|\{.*?\}|"object"|-?\d+): (?=must|needs|set|lowBound|warning|step|type|target)/g;
      expect(error?.replaceAll(value, 'Invalid value: ')).toContain(says);
    },
  );

  test('admitted: what Keptn admitted and ran', async () => {
    const good = admitted.map(([, kind, spec], i) => manifest(version, kind, `good-${i}`, spec));
    const { made, errors } = await dryRun(good);
    expect(errors.join('\n').trim()).toBe('');
    expect(made).toHaveLength(admitted.length);
  });
});

test('MQ-16: words around a known type or a duration are refused in every version', async () => {
  const around = refused.filter(([what]) => what.includes('(MQ-16)'));
  const bad = ['v1alpha3', 'v1beta1', 'v1'].flatMap((version) =>
    around.map(([, kind, spec], i) => manifest(version, kind, `around-${version}-${i}`, spec)),
  );
  const { made, errors } = await dryRun(bad);
  expect(made).toEqual([]);
  expect(errors.filter((error) => error.includes('is invalid'))).toHaveLength(3 * 3);
});
