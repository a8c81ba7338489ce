import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { chartDir, type Helm } from '../../scripts/chart/helm.ts';
import { z } from '../../src/api/schema.ts';

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
});
/** An object of a rendered manifest. */
export type Rendered = z.infer<typeof objectSchema>;

/** The objects of a stream of YAML. */
export function objectsOf(yaml: string): readonly Rendered[] {
  return parseAllDocuments(yaml).flatMap((document) => {
    const raw: unknown = document.toJS();
    return raw === null || raw === undefined ? [] : [objectSchema.parse(raw)];
  });
}

/** Names an object among those of a manifest. */
export function nameOf({ kind, metadata }: Rendered): string {
  return [kind, metadata.namespace, metadata.name].filter((part) => part !== undefined).join('/');
}

/** Whether there is admission by policy to choose. */
export const hasPolicy = existsSync(path.join(chartDir, 'files/policy'));

/** Values of the chart, as a user would write them. */
export type Values = Readonly<Record<string, unknown>>;

/** What the chart gives for these values, in the namespace sluice-system. */
export async function rendered(
  helm: Helm,
  values: Values = {},
  more: readonly string[] = [],
): Promise<readonly Rendered[]> {
  const args = ['template', 'sluice', chartDir, '--namespace', 'sluice-system', '--values', '-', ...more];
  return objectsOf(await helm.do('the chart', args, JSON.stringify(values)));
}

const releaseSchema = z.looseObject({
  manifest: z.string(),
  hooks: z.array(z.looseObject({ manifest: z.string() })),
  info: z.looseObject({ notes: z.string() }),
});

/** What Helm would do: all objects, those of hooks too, and what it would tell the user. */
export interface Release {
  readonly objects: readonly Rendered[];
  readonly notes: string;
}

/** What `helm install` would do with these values, without a cluster. */
export async function released(helm: Helm, values: Values): Promise<Release> {
  const args = ['install', 'sluice', chartDir, '--namespace', 'sluice-system', '--values', '-'];
  const text = await helm.do(
    'the release',
    [...args, '--dry-run=client', '-o', 'json'],
    JSON.stringify(values),
  );
  const { manifest, hooks, info } = releaseSchema.parse(JSON.parse(text));
  return {
    objects: [manifest, ...hooks.map((hook) => hook.manifest)].flatMap(objectsOf),
    notes: info.notes,
  };
}
