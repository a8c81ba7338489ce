import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';

const labels = z.record(z.string(), z.string());
const deploymentSchema = z.object({
  kind: z.literal('Deployment'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    selector: z.object({ matchLabels: labels }),
    template: z.object({
      metadata: z.object({ labels }),
      spec: z.object({
        serviceAccountName: z.string(),
        enableServiceLinks: z.literal(false),
        securityContext: z.object({
          runAsNonRoot: z.literal(true),
          seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
        }),
        containers: z.array(
          z.object({
            ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
            securityContext: z.object({
              allowPrivilegeEscalation: z.literal(false),
              readOnlyRootFilesystem: z.literal(true),
              capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
            }),
          }),
        ),
      }),
    }),
  }),
});
const serviceSchema = z.object({
  kind: z.literal('Service'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    selector: labels,
    ports: z.array(z.object({ targetPort: z.union([z.string(), z.number()]) })),
  }),
});
const budgetSchema = z.object({
  kind: z.literal('PodDisruptionBudget'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({ selector: z.object({ matchLabels: labels }) }),
});

const base = path.join(import.meta.dirname, '../../manifests/base');
const documents = globSync('*.yaml', { cwd: base }).flatMap((file) =>
  parseAllDocuments(readFileSync(path.join(base, file), 'utf8')).map((document): unknown => {
    // A key given twice is an error to kustomize, too.
    expect(document.errors, file).toEqual([]);
    const raw: unknown = document.toJS();
    return raw;
  }),
);
const read = <T>(schema: z.ZodType<T>): T[] =>
  documents.flatMap((document) => schema.safeParse(document).data ?? []);
const kindCount = (kind: string) =>
  documents.filter((d) => z.object({ kind: z.literal(kind) }).safeParse(d).success).length;

const deployments = read(deploymentSchema);
const podsOf = (selector: Record<string, string>) =>
  deployments.filter(({ spec }) =>
    Object.entries(selector).every(([key, value]) => spec.template.metadata.labels[key] === value),
  );

test('every Deployment meets the Pod Security level "restricted" and reads no Service links', () => {
  expect(deployments.map(({ metadata }) => metadata.name).sort()).toEqual([
    'sluice-controller',
    'sluice-webhook',
  ]);
  expect(deployments).toHaveLength(kindCount('Deployment'));
});

test.each(read(serviceSchema))(
  'Service $metadata.name leads to a port of exactly one Deployment',
  ({ spec }) => {
    const [deployment, ...more] = podsOf(spec.selector);
    expect(more).toEqual([]);
    const ports = deployment?.spec.template.spec.containers.flatMap((container) => container.ports) ?? [];
    for (const { targetPort } of spec.ports) {
      expect(
        ports.some(({ name, containerPort }) => name === targetPort || containerPort === targetPort),
      ).toBe(true);
    }
  },
);

test.each(read(budgetSchema))(
  'disruption budget $metadata.name covers exactly one Deployment',
  ({ metadata, spec }) => {
    expect(podsOf(spec.selector.matchLabels).map((found) => found.metadata.name)).toEqual([metadata.name]);
  },
);

test('a Deployment selects its own pods and no other’s', () => {
  for (const { metadata, spec } of deployments) {
    expect(podsOf(spec.selector.matchLabels).map((found) => found.metadata.name)).toEqual([metadata.name]);
  }
});
