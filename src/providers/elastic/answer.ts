import { z } from '../../api/schema.ts';
import type { Reading } from '../../domain/metric-source.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { boundedRaw, type JsonAnswer, noValues, readShape } from '../answer.ts';
import { decimalText } from '../decimal.ts';
import { atLeastOne } from '../measured.ts';
import { oneLine } from '../one-line.ts';
import { followPath } from './metric-path.ts';

const shape = z.looseObject({
  timed_out: z.boolean().optional(),
  _shards: z.object({ failed: z.number().optional() }).optional(),
});

/**
 * The number at `metricPath` of a search's answer, or with `all` every number there. Errors: not-found (no values),
 * malformed. Pure. Source: https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-search
 */
export function readElastic(
  host: string,
  { answer, json }: JsonAnswer,
  { metricPath, all }: { readonly metricPath: string; readonly all: boolean },
): Result<Reading, SluiceError> {
  const shaped = readShape(host, shape, json);
  if (!shaped.ok) return shaped;
  const { found, similar } = followPath(json, metricPath);
  const seen = oneLine(metricPath.slice(0, 200), 100);
  if (found.length === 0) return err(noValues(nothingThere(seen, similar)));
  const texts = found.map(numberOf).filter((text) => text !== null);
  if (texts.includes(undefined)) {
    return err(
      failure(
        'malformed',
        `what stands at metricPath "${seen}" is no number; go on to one, such as to its "value"`,
      ),
    );
  }
  const samples = atLeastOne(texts.filter((text) => text !== undefined));
  if (samples === undefined)
    return err(noValues(`there is null at metricPath "${seen}": the search has found nothing`));
  if (!all && samples.length > 1) {
    const remedy = 'name one of them in metricPath, or make them one in the query';
    return err(failure('malformed', `too many values in query result: ${samples.length}; ${remedy}`));
  }
  const partial = shaped.value.timed_out === true || (shaped.value._shards?.failed ?? 0) > 0;
  return ok({
    samples,
    raw: boundedRaw(answer.text),
    ...(partial && { note: 'the answer is of a part of the data: shards failed or ran out of time' }),
  });
}

function nothingThere(path: string, similar: readonly string[]): string {
  const hint =
    similar.length === 0
      ? 'look at what the search answers'
      : `did you mean ${similar.map((one) => `"${oneLine(one.slice(0, 200), 100)}"`).join(' or ')}?`;
  return `the answer has nothing at metricPath "${path}"; ${hint}`;
}

/** Null: there is no value. Undefined: it is no number. */
function numberOf(value: unknown): string | null | undefined {
  if (value === null) return null;
  // Not a number and infinities are no JSON, and so are sent as texts.
  const isText = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
  return isText ? decimalText(String(value)) : undefined;
}
