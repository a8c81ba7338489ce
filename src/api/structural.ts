import { z } from './schema.ts';

/** The part of OpenAPI v3 that a structural schema of a CRD may hold. */
export interface StructuralSchema {
  readonly type?: string;
  readonly description?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly items?: StructuralSchema;
  readonly additionalProperties?: StructuralSchema;
  readonly [extension: `x-kubernetes-${string}`]: unknown;
}

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** The structural schema of what a zod schema reads. Throws on a construct that a CRD cannot say: a bug in the schema. Pure. */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  return convert(z.toJSONSchema(schema, { io: 'input', reused: 'inline' }), '');
}

/** Keywords that are copied as they are. */
const copied = [
  'description',
  'format',
  'enum',
  'pattern',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
] as const;
/** Keywords that are handled below, or say nothing that a structural schema needs. */
const handled = new Set<string>([
  ...copied,
  '$schema',
  'type',
  'default',
  'required',
  'properties',
  'items',
  'minimum',
  'maximum',
  'additionalProperties',
  'propertyNames',
]);

function convert(json: JsonSchema, path: string): StructuralSchema {
  const unknownKeyword = Object.keys(json).find(
    (key) => !handled.has(key) && !key.startsWith('x-kubernetes-'),
  );
  if (unknownKeyword !== undefined) throw new Error(`${path}: a structural schema has no ${unknownKeyword}`);
  return {
    ...typeOf(json, path),
    ...pick(json, copied),
    ...bounds(json),
    ...defaultOf(json),
    ...(json.required && json.required.length > 0 ? { required: json.required } : {}),
    ...propertiesOf(json, path),
    ...itemsOf(json, path),
    ...mapValues(json, path),
    ...Object.fromEntries(Object.entries(json).filter(([key]) => key.startsWith('x-kubernetes-'))),
  };
}

function child(json: JsonSchema | boolean, path: string): StructuralSchema {
  if (typeof json === 'boolean') throw new Error(`${path}: a structural schema is never just ${json}`);
  return convert(json, path);
}

function typeOf(json: JsonSchema, path: string): StructuralSchema {
  // The union of text and number is how quantities are written, in a CRD as in core kinds.
  if (json.type?.toString() === 'string,number') return { 'x-kubernetes-int-or-string': true };
  if (Array.isArray(json.type))
    throw new Error(`${path}: a structural schema has one type, not ${String(json.type)}`);
  if (json.type === undefined) throw new Error(`${path}: a structural schema needs a type`);
  return { type: json.type };
}

function pick(json: JsonSchema, keys: readonly (typeof copied)[number][]): StructuralSchema {
  return Object.fromEntries(keys.filter((key) => json[key] !== undefined).map((key) => [key, json[key]]));
}

/** The bounds that JavaScript or a format implies are left out: they tell a user nothing. */
function bounds(json: JsonSchema): StructuralSchema {
  const implied = new Set([Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, -(2 ** 31), 2 ** 31 - 1]);
  const { minimum, maximum } = json;
  return {
    ...(minimum === undefined || implied.has(minimum) ? {} : { minimum }),
    ...(maximum === undefined || implied.has(maximum) ? {} : { maximum }),
  };
}

/** An empty object as default would only litter stored objects: our parser fills it in on reading. */
function defaultOf(json: JsonSchema): StructuralSchema {
  const value = json.default;
  if (value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0))
    return {};
  return { default: value };
}

function propertiesOf(json: JsonSchema, path: string): StructuralSchema {
  if (json.properties === undefined) return {};
  const properties: Record<string, StructuralSchema> = {};
  for (const [key, value] of Object.entries(json.properties))
    properties[key] = child(value, `${path}.${key}`);
  return { properties };
}

function itemsOf(json: JsonSchema, path: string): StructuralSchema {
  if (json.items === undefined) return {};
  if (Array.isArray(json.items)) throw new Error(`${path}: a structural schema has one schema for all items`);
  return { items: child(json.items, `${path}[]`) };
}

/** A map, or an object that keeps what it does not name. */
function mapValues(json: JsonSchema, path: string): StructuralSchema {
  const values = json.additionalProperties;
  if (values === undefined) return {};
  if (typeof values === 'object' && Object.keys(values).length === 0) {
    return { 'x-kubernetes-preserve-unknown-fields': true };
  }
  return { additionalProperties: child(values, `${path}.*`) };
}
