import type { SluiceError } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';
import { type ObjectMeta, objectMetaSchema } from './meta.ts';
import { parseWith, z } from './schema.ts';

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  /** JSON path, such as `.spec.version`. */
  readonly path: string;
  readonly type?: 'string' | 'integer' | 'date';
  /** True when it is shown with `-o wide` only. */
  readonly wide?: boolean;
}

/** Everything that a CRD and its reference page say beyond the fields of spec and status. */
export interface KindNames {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames?: readonly string[];
  /** All served versions, oldest first; the last one is stored. They share one schema. */
  readonly versions: readonly [string, ...string[]];
  readonly columns?: readonly PrinterColumn[];
  /** One or two sentences for users: what the kind is for and who writes it. */
  readonly description: string;
  /** What differs from what a served version meant upstream, one sentence each. */
  readonly notes?: readonly string[];
}

/** A kind of ours with its whole-object schema. */
export interface CustomKind<S extends z.ZodType = z.ZodType, T extends z.ZodType = z.ZodType>
  extends KindNames {
  readonly spec: S;
  readonly status: T;
  /** A small object that works, for the reference page; every served version must admit it. */
  readonly example: { readonly name: string; readonly spec: z.input<S> };
}

/** Declares a kind; does nothing but infer its types. Pure. */
export function defineKind<S extends z.ZodType, T extends z.ZodType>(
  kind: CustomKind<S, T>,
): CustomKind<S, T> {
  return kind;
}

type WholeObject<S extends z.ZodType, T extends z.ZodType> = z.ZodObject<{
  apiVersion: z.ZodDefault<z.ZodString>;
  kind: z.ZodDefault<z.ZodString>;
  metadata: typeof objectMetaSchema;
  spec: S;
  status: z.ZodOptional<T>;
}>;

/** The schema of a whole object of a kind. The server leaves apiVersion and kind out of list items: they default. Pure. */
export function wholeObject<S extends z.ZodType, T extends z.ZodType>(
  kind: CustomKind<S, T>,
): WholeObject<S, T> {
  return z.object({
    apiVersion: z.string().default(`${kind.group}/${storedVersion(kind)}`),
    kind: z.string().default(kind.kind),
    metadata: objectMetaSchema,
    spec: kind.spec,
    status: kind.status.optional(),
  });
}

/** The version in which objects are stored and in which we read and write them. Pure. */
export function storedVersion(kind: KindNames): string {
  return kind.versions.at(-1) ?? kind.versions[0];
}

/** How one resource is found on the API server and how its objects are read. */
export interface ResourceDef<T> {
  /** The plural. */
  readonly name: string;
  /** Empty for core. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Only these objects are listed and watched. */
  readonly selector?: { readonly field?: string; readonly label?: string };
  /** True: listed and watched without spec, status and data. */
  readonly metadataOnly?: boolean;
  /** Reads an object, drops what nobody needs, fills defaults. Error: malformed, naming the fields. Pure. */
  readonly parse: (raw: unknown) => Result<T, SluiceError>;
}

/** The resource of a kind of ours. Pure. */
export function customResource<T extends { metadata: ObjectMeta }>(
  kind: KindNames,
  schema: z.ZodType<T>,
): ResourceDef<T> {
  return {
    name: kind.plural,
    group: kind.group,
    version: storedVersion(kind),
    kind: kind.kind,
    namespaced: true,
    parse: (raw) => parseWith(schema, raw),
  };
}
