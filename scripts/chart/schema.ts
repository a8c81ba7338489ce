import { type KeptnValue, keptnValues } from './keptn-values.ts';
import type { ChartValue, JsonSchema, ValueGroup } from './value.ts';

/** The JSON Schema of the chart's values: ours and Keptn's, and nothing else. Pure. */
export function valuesSchema(values: ValueGroup, keptn: readonly KeptnValue[] = keptnValues): JsonSchema {
  const ours = schemaOf(values);
  const theirs = new Branch();
  for (const value of keptn) for (const path of value.paths) theirs.add(path.split('.'), keptnSchema(value));
  const properties = { ...theirs.properties(), ...record(ours['properties']) };
  // Helm gives every chart a `global`, and refuses by this schema what stands beside the names in it.
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...ours, properties };
}

function schemaOf(value: ChartValue): JsonSchema {
  if (value.kind === 'leaf') return { description: value.text, ...value.schema };
  const fields = Object.entries(value.fields).map(([name, field]) => [name, schemaOf(field)]);
  return {
    description: value.text,
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(fields),
  };
}

function keptnSchema({ schema, counts, why }: KeptnValue): JsonSchema {
  const fate =
    counts === undefined ? `means nothing here: ${why ?? ''}` : `counts as ${counts.join(' and ')}`;
  return { description: `A value of Keptn; ${fate}.`, ...schema };
}

/** Names below names, the last of which has a schema. */
class Branch {
  readonly #fields = new Map<string, Branch | JsonSchema>();

  add([name = '', ...rest]: readonly string[], schema: JsonSchema): void {
    const found = this.#fields.get(name);
    if (rest.length === 0) {
      if (found === undefined) this.#fields.set(name, schema);
      return;
    }
    const below = found instanceof Branch ? found : new Branch();
    this.#fields.set(name, below);
    below.add(rest, schema);
  }

  properties(): JsonSchema {
    return Object.fromEntries([...this.#fields].map(([name, field]) => [name, Branch.#schema(field)]));
  }

  static #schema(field: Branch | JsonSchema): JsonSchema {
    if (!(field instanceof Branch)) return field;
    return { type: 'object', additionalProperties: false, properties: field.properties() };
  }
}

function record(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
