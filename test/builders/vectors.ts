import { readFileSync } from 'node:fs';
import { z } from '../../src/api/schema.ts';

export { z };

/**
 * The vectors of test/vectors/<file>.json, each read with the schema. Every file says where its values were observed;
 * a vector with an expected value of our own must say why it differs.
 */
export function loadVectors<T>(file: string, vector: z.ZodType<T>): T[] {
  const path = new URL(`../vectors/${file}.json`, import.meta.url);
  const origin = z.union([
    z.object({ source: z.string().min(20) }),
    z.object({ observed: z.string().min(20) }),
  ]);
  const schema = z.object({ about: z.string(), vectors: z.array(z.unknown()).min(1) }).and(origin);
  const { vectors } = schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  return vectors.map((raw) => {
    const { sluice, deviation } = z
      .object({ sluice: z.unknown().optional(), deviation: z.unknown().optional() })
      .parse(raw);
    if ((sluice === undefined) !== (deviation === undefined)) {
      throw new Error(`${file}: \`sluice\` and \`deviation\` come together: ${JSON.stringify(raw)}`);
    }
    return vector.parse(raw);
  });
}
