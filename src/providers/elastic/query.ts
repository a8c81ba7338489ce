import { z } from '../../api/schema.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';

/** A search: where it is sent and what is sent. */
export interface ElasticSearch {
  readonly path: string;
  readonly body: string;
}

/** Index names, patterns and lists of them; what begins with "_" would be another API. */
const indexName = /^[^_\s/\\?"<>|#%][^\s/\\?"<>|#%]*$/;

const searchBody = z.record(z.string(), z.unknown());

/**
 * Reads a query: the body of a search, in which `index` may say which indices are searched; it is no field of a search
 * and is taken out. Without it the text is sent as it is, to all indices. Error: malformed. Pure. Source:
 * https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-search
 */
export function readSearch(text: string): Result<ElasticSearch, SluiceError> {
  const body = readBody(text);
  if (body === undefined) {
    return err(
      failure('malformed', 'the query is not the JSON object of a search, such as {"size": 0, "aggs": {…}}'),
    );
  }
  const { index, ...rest } = body;
  if (index === undefined) return ok({ path: '/_search', body: text });
  if (typeof index !== 'string' || !indexName.test(index) || index.includes('..')) {
    return err(failure('malformed', '"index" in the query must be names of indices, such as "logs-*,audit"'));
  }
  return ok({ path: `/${index}/_search`, body: JSON.stringify(rest) });
}

function readBody(text: string): Record<string, unknown> | undefined {
  try {
    const parsed = searchBody.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
