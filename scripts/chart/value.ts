/** A value of the chart: a group of further values, or one that has a default. */
export type ChartValue = ValueGroup | ValueLeaf;

/** Values that belong together. */
export interface ValueGroup {
  readonly kind: 'group';
  /** What it is about, for people. */
  readonly text: string;
  readonly fields: Readonly<Record<string, ChartValue>>;
}

/** JSON Schema, what is written of it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** One value. */
export interface ValueLeaf {
  readonly kind: 'leaf';
  /** What it does, for people. */
  readonly text: string;
  /** What it is unless somebody says otherwise. */
  readonly standard: unknown;
  /** What it must be. */
  readonly schema: JsonSchema;
}

/** Values under one name. Pure. */
export function group(text: string, fields: ValueGroup['fields']): ValueGroup {
  return { kind: 'group', text, fields };
}

function leaf(text: string, standard: unknown, schema: JsonSchema): ValueLeaf {
  return { kind: 'leaf', text, standard, schema };
}

/** A text; `pattern` is a regular expression that it must match where it is not empty. Pure. */
export function word(text: string, standard: string, pattern?: string): ValueLeaf {
  const isGiven = pattern === undefined ? {} : { pattern: `^(${pattern})?$` };
  return leaf(text, standard, { type: 'string', ...isGiven });
}

/** True or false. Pure. */
export function flag(text: string, standard: boolean): ValueLeaf {
  return leaf(text, standard, { type: 'boolean' });
}

/** A whole number within bounds. Pure. */
export function count(
  text: string,
  standard: number,
  [minimum, maximum]: readonly [number, number],
): ValueLeaf {
  return leaf(text, standard, { type: 'integer', minimum, maximum });
}

/** One of several words, the first of which is the default. Pure. */
export function choice(text: string, choices: readonly [string, ...string[]]): ValueLeaf {
  return leaf(text, choices[0], { enum: choices });
}

/** A list of texts. Pure. */
export function words(text: string, standard: readonly string[] = []): ValueLeaf {
  return leaf(text, standard, { type: 'array', items: { type: 'string', minLength: 1 } });
}

/** Labels, annotations, node labels: text by text. Pure. */
export function texts(text: string, standard: Readonly<Record<string, string>> = {}): ValueLeaf {
  return leaf(text, standard, { type: 'object', additionalProperties: { type: 'string' } });
}

/** A list of objects of Kubernetes, which the API server judges. Pure. */
export function objects(text: string): ValueLeaf {
  return leaf(text, [], { type: 'array', items: { type: 'object' } });
}

/** An object of Kubernetes, or of another schema where one is given. Pure. */
export function object(text: string, standard: object = {}, schema: JsonSchema = {}): ValueLeaf {
  return leaf(text, standard, { type: 'object', ...schema });
}
