import { JSONPathEnvironment, JSONPathQuery } from 'json-p3';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { oneLine } from '../one-line.ts';

/** Values of a parsed JSON that a path leads to, in the order of the document. Error (malformed): it took too deep a look. */
export type Select = (json: unknown) => Result<readonly unknown[], SluiceError>;

/** Longer paths are not written by hand. */
const longestPath = 1_024;
/** How often one value may be selected at most, as `$[*, *]` does twice. */
const mostSelections = 16;

const environment = new JSONPathEnvironment();
// Their patterns are the user's, and one of a few characters can take for ever.
environment.functionRegister.delete('match');
environment.functionRegister.delete('search');

/**
 * Reads a JSONPath (RFC 9535). Nothing of it is run: it selects. What would take more than a few passes over the answer is
 * refused: a second `..`, queries with several results inside of filters, and the functions match and search. Error:
 * malformed, naming the field and what is wrong. Pure.
 */
export function compileJsonPath(text: string): Result<Select, SluiceError> {
  if (text.length > longestPath) return refused(text, `it is longer than ${longestPath} characters`);
  const compiled = attempt(() => environment.compile(text));
  if (!compiled.ok) return refused(text, compiled.error);
  const expensive = whyExpensive(compiled.value);
  if (expensive !== undefined) return refused(text, expensive);
  return ok((json) => {
    const found = attempt(() =>
      [...compiled.value.lazyQuery(asJson(json))].map(({ value }): unknown => value),
    );
    return found.ok ? found : refused(text, found.error);
  });
}

type Json = Parameters<JSONPathQuery['query']>[0];

/** Parsed JSON, with whole numbers beyond 2^53 as bigint, which the library hands on. */
function asJson(json: unknown): Json {
  // The library's type names every kind of JSON; that a value is one of them is known, and costs a walk to prove.
  return json as Json;
}

/** The library throws for what it cannot read, and for a document that is nested too deeply. */
function attempt<T>(run: () => T): Result<T, string> {
  try {
    return ok(run());
  } catch (thrown) {
    return err(thrown instanceof Error ? thrown.message : 'it cannot be read');
  }
}

function whyExpensive({ segments }: JSONPathQuery): string | undefined {
  const descents = segments.filter((segment) => segment.toString().startsWith('..')).length;
  if (descents > 1) return 'it has more than one ".."; name the fields between them';
  const selections = segments.reduce((product, { selectors }) => product * selectors.length, 1);
  if (selections > mostSelections) return 'it lists too many selectors in brackets';
  const isSimple = segments.every(({ selectors }) => selectors.every((selector) => queriesIn(selector)));
  return isSimple
    ? undefined
    : 'inside of a filter only paths to one value are read, such as @.name or @.list[0]';
}

/** Whether all queries in a part of a path lead to one value at most. */
function queriesIn(part: unknown): boolean {
  if (part instanceof JSONPathQuery) return part.singularQuery();
  if (typeof part !== 'object' || part === null) return true;
  return Object.entries(part).every(([name, value]) => notOfThePath.has(name) || queriesIn(value));
}

/** What a part carries beside its own parts. */
const notOfThePath: ReadonlySet<string> = new Set(['environment', 'token']);

function refused(text: string, why: string): Result<never, SluiceError> {
  const message = `metricPath "${oneLine(text, 80)}" is no JSONPath that can be read: ${oneLine(why, 200)}; write for example $.stats.errors or $.items[0].value`;
  return err(failure('malformed', message));
}
