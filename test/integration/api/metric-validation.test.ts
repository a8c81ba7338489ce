import { beforeAll, describe, expect, test } from 'vitest';
import { customKinds } from '../../../src/api/kinds.ts';
import { asList, kubectl, tryKubectl } from './kubectl.ts';
import { admitted, refused } from './metric-validation-cases.ts';

const namespace = `metric-validation-${process.pid}`;
const kinds = customKinds.filter(({ group }) => group === 'metrics.keptn.sh');

const manifest = (version: string, kind: string, called: string, spec: object): object => ({
  apiVersion: `metrics.keptn.sh/${version}`,
  kind,
  metadata: { name: called, namespace },
  spec,
});

/** Tries to create objects without keeping them. */
async function dryRun(manifests: readonly unknown[]): Promise<{ made: string[]; errors: string[] }> {
  const flags = ['--dry-run=server', '--validate=false', '-o', 'name', '-f', '-'];
  const { stdout, stderr } = await tryKubectl(['create', ...flags], asList(manifests));
  return {
    made: stdout.split('\n').filter((line) => line !== ''),
    errors: stderr.split(/\n(?=The |Error )/),
  };
}

beforeAll(async () => {
  // A schema whose rules the API server thinks too costly, or cannot compile, ends here.
  await kubectl(['apply', '--server-side', '--force-conflicts', '-k', 'manifests/crds']);
  const names = kinds.map(({ plural, group }) => `${plural}.${group}`);
  await kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', ...names]);
  await kubectl(['create', 'namespace', namespace]);
  return async () => {
    await kubectl(['delete', 'namespace', namespace, '--wait=false']);
  };
});

describe.for(['v1alpha3', 'v1beta1', 'v1'])('in %s', (version) => {
  let errors: string[];
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
