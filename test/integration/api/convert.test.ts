import { beforeAll, expect, test } from 'vitest';
import { customKinds } from '../../../src/api/kinds.ts';
import { convertFile } from '../../../src/cli/convert-file.ts';
import { loadVectors, z } from '../../builders/vectors.ts';
import { kubectl } from './kubectl.ts';

const namespace = `api-convert-${process.pid}`;
const kinds = customKinds.filter(
  ({ kind }) => kind === 'AnalysisDefinition' || kind === 'AnalysisValueTemplate',
);

beforeAll(async () => {
  await kubectl(['apply', '--server-side', '--force-conflicts', '-k', 'manifests/crds']);
  const names = kinds.map((kind) => `${kind.plural}.${kind.group}`);
  await kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', ...names]);
  await kubectl(['create', 'namespace', namespace]);
  return async () => {
    await kubectl(['delete', 'namespace', namespace, '--wait=false']);
  };
});

const input = z.object({ input: z.string() });
const files = [
  ...loadVectors('slo/convert-slo', input).map(({ input: text }) => ({
    text,
    definition: 'defname',
    provider: undefined,
  })),
  ...loadVectors('slo/convert-sli', input).map(({ input: text }) => ({
    text,
    definition: undefined,
    provider: 'prov',
  })),
].map(({ text, ...options }) => ({
  text,
  converted: convertFile(text, {
    ...options,
    file: '-',
    templateNamespace: undefined,
    providerNamespace: undefined,
  }),
}));

test('the API server admits whatever is converted, without a field that it does not know', async () => {
  const documents = files.flatMap(({ converted }) =>
    converted.ok ? converted.value.yaml.split('---\n').slice(1) : [],
  );
  expect(documents.length).toBeGreaterThan(15);
  for (const document of documents) {
    const create = [
      'create',
      '-n',
      namespace,
      '--dry-run=server',
      '--validate=strict',
      '-o',
      'name',
      '-f',
      '-',
    ];
    await expect(kubectl(create, document)).resolves.toMatch(/^analys/);
  }
});
