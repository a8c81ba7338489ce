import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import * as z from 'zod';
import { annotations, optInValue } from '../../src/api/constants.ts';
import { say } from '../cluster/progress.ts';
import { type FoundKeptn, operatorLabel } from './keptn.ts';
import type { Kubectl } from './kubectl.ts';

const scratch = path.join(import.meta.dirname, '../../.cache/install');

const crdSchema = z.object({
  kind: z.literal('CustomResourceDefinition'),
  metadata: z.object({ name: z.string() }),
  spec: z.looseObject({}),
});
const crdListSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ conversion: z.object({ strategy: z.string() }).optional() }),
    }),
  ),
});

/**
 * Puts our resource definitions in the place of those whose objects another program converts. A server-side apply
 * cannot take a conversion webhook away, since its fields belong to others; a merge patch can, and brings our schema
 * in the same write, so that no object is ever read with neither.
 */
export async function adoptDefinitions(kubectl: Kubectl, manifest: string): Promise<readonly string[]> {
  const ours = parseAllDocuments(manifest).flatMap((document) => {
    const raw: unknown = document.toJS();
    const parsed = crdSchema.safeParse(raw);
    return parsed.success ? [parsed.data] : [];
  });
  const listed = await kubectl.do('resource definitions', ['get', 'crd', '--output=json']);
  const converted = crdListSchema
    .parse(JSON.parse(listed))
    .items.filter(({ spec }) => spec.conversion?.strategy === 'Webhook')
    .map(({ metadata }) => metadata.name);
  const adopted = ours.filter(({ metadata }) => converted.includes(metadata.name));
  for (const { metadata, spec } of adopted) {
    mkdirSync(scratch, { recursive: true });
    const file = path.join(scratch, `${metadata.name}.patch.json`);
    writeFileSync(
      file,
      JSON.stringify({ spec: { ...spec, conversion: { strategy: 'None', webhook: null } } }),
    );
    const args = ['patch', 'crd', metadata.name, '--type=merge', '--patch-file', file];
    await kubectl.do(`resource definition ${metadata.name}`, [...args, '--field-manager=sluice-install']);
  }
  return adopted.map(({ metadata }) => metadata.name);
}

/** The manifest without the Deployment that acts, for as long as another acts. Pure. */
export function withoutController(manifest: string): string {
  return parseAllDocuments(manifest)
    .filter((document) => {
      const isDeployment = document.get('kind') === 'Deployment';
      return !(isDeployment && document.getIn(['metadata', 'name']) === 'sluice-controller');
    })
    .map((document) => stringify(document.toJS()))
    .join('---\n');
}

const namespacesSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        labels: z.record(z.string(), z.string()).default({}),
        annotations: z.record(z.string(), z.string()).default({}),
      }),
    }),
  ),
});

/**
 * Gives each namespace that opted in by Keptn's annotation the label that our admission selects on, before Keptn's is
 * gone: no pod is admitted by neither. A label that is there stands, whatever its value.
 */
export async function labelNamespaces(kubectl: Kubectl): Promise<readonly string[]> {
  const listed = await kubectl.do('namespaces', ['get', 'namespaces', '--output=json']);
  const due = namespacesSchema
    .parse(JSON.parse(listed))
    .items.filter(
      ({ metadata }) =>
        metadata.annotations[annotations.optIn] === optInValue &&
        metadata.labels[annotations.optIn] === undefined,
    )
    .map(({ metadata }) => metadata.name);
  if (due.length > 0) {
    await kubectl.do('namespaces', ['label', 'namespace', ...due, `${annotations.optIn}=${optInValue}`]);
  }
  return due;
}

const libraryKinds = 'keptntaskdefinitions,keptnevaluationdefinitions,keptnconfigs';
const librarySchema = z.object({
  items: z.array(
    z.object({
      apiVersion: z.string(),
      kind: z.string(),
      metadata: z.object({
        name: z.string(),
        labels: z.record(z.string(), z.string()).optional(),
      }),
      spec: z.unknown(),
    }),
  ),
});

/**
 * Copies the definitions and settings that count for the whole cluster from the namespace of Keptn's operator to ours.
 * One that is there already stays, and one that is refused holds up nothing. Answers a line for each.
 */
export async function copyLibrary(
  kubectl: Kubectl,
  keptn: FoundKeptn,
  to: string,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const namespace of new Set(keptn.operators.map((operator) => operator.namespace))) {
    const args = ['get', libraryKinds, '--namespace', namespace, '--output=json'];
    const { items } = librarySchema.parse(JSON.parse(await kubectl.do(`definitions in ${namespace}`, args)));
    for (const { metadata, ...item } of items) {
      const object = JSON.stringify({ ...item, metadata: { ...metadata, namespace: to } });
      const created = await kubectl.try(['create', '--filename=-'], object);
      const name = `${item.kind} ${metadata.name}`;
      if (created.ok) lines.push(`copied ${name} from ${namespace} to ${to}`);
      else if (!created.stderr.includes('AlreadyExists'))
        lines.push(`did not copy ${name} from ${namespace}, correct it there: ${created.stderr.trim()}`);
    }
  }
  return lines;
}

/** Takes Keptn's registrations away: from here on no pod waits for its answer. */
export async function removeRegistrations(kubectl: Kubectl, { registrations }: FoundKeptn): Promise<void> {
  for (const registration of registrations) {
    await kubectl.do(registration, ['delete', registration, '--ignore-not-found']);
    say(`  removed ${registration}`);
  }
}

/** Scales Keptn's operator to nothing and waits until no pod of it is left to act. */
export async function stopOperators(kubectl: Kubectl, { operators }: FoundKeptn): Promise<void> {
  for (const { namespace, name, replicas } of operators) {
    const place = ['--namespace', namespace];
    if (replicas > 0)
      await kubectl.do(`deployment ${name}`, ['scale', `deployment/${name}`, ...place, '--replicas=0']);
    const pods = ['wait', 'pod', ...place, '--selector', operatorLabel, '--for=delete', '--timeout=120s'];
    await kubectl.do(`the pods of ${namespace}/${name}`, pods);
    say(`  stopped ${namespace}/${name}; it ran ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`);
  }
}
