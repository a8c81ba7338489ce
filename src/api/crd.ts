import { type CustomKind, type PrinterColumn, storedVersion, wholeObject } from './kind.ts';
import { type StructuralSchema, structuralSchema } from './structural.ts';

interface CrdVersion {
  readonly name: string;
  readonly served: true;
  readonly storage: boolean;
  readonly schema: { readonly openAPIV3Schema: StructuralSchema };
  readonly subresources: { readonly status: Record<string, never> };
  readonly additionalPrinterColumns?: readonly Readonly<Record<string, unknown>>[];
}

/** apiextensions.k8s.io/v1 CustomResourceDefinition, what is written of it. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly group: string;
    readonly names: Readonly<Record<string, unknown>>;
    readonly scope: 'Namespaced';
    readonly conversion: { readonly strategy: 'None'; readonly webhook: null };
    readonly versions: readonly CrdVersion[];
  };
}

/**
 * The CRD of a kind. Every served version has the same schema, so that the API server may turn one into another by
 * changing apiVersion alone and nothing is lost. Pure.
 */
export function crdManifest(kind: CustomKind): CustomResourceDefinition {
  const openAPIV3Schema = objectSchema(kind);
  const columns = kind.columns?.map(printerColumn);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${kind.group}`, labels: { 'app.kubernetes.io/part-of': 'sluice' } },
    spec: {
      group: kind.group,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.kind.toLowerCase(),
        ...(kind.shortNames === undefined ? {} : { shortNames: kind.shortNames }),
      },
      scope: 'Namespaced',
      // Both said although they are the defaults: an apply over Keptn's CRD must take its conversion webhook away.
      conversion: { strategy: 'None', webhook: null },
      versions: kind.versions.map((version) => ({
        name: version,
        served: true,
        storage: version === storedVersion(kind),
        schema: { openAPIV3Schema },
        subresources: { status: {} },
        ...(columns === undefined ? {} : { additionalPrinterColumns: columns }),
      })),
    },
  };
}

/** The structural schema of a whole object of a kind; metadata is left to the API server. Pure. */
export function objectSchema(kind: CustomKind): StructuralSchema {
  const { properties = {}, required = [] } = structuralSchema(
    wholeObject(kind).pick({ spec: true, status: true }),
  );
  return {
    type: 'object',
    description: [kind.description, ...(kind.notes ?? [])].join(' '),
    ...(required.includes('spec') ? { required: ['spec'] } : {}),
    properties: {
      apiVersion: {
        type: 'string',
        description: 'Group and version of the schema that the object is written in.',
      },
      kind: { type: 'string', description: `What the object is: ${kind.kind}.` },
      metadata: { type: 'object' },
      ...properties,
    },
  };
}

function printerColumn(column: PrinterColumn): Readonly<Record<string, unknown>> {
  return {
    name: column.name,
    type: column.type ?? 'string',
    jsonPath: column.path,
    ...(column.wide ? { priority: 1 } : {}),
  };
}
