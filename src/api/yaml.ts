import { type Document, LineCounter, parseAllDocuments, stringify } from 'yaml';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';

/** One document of a YAML stream. */
export interface YamlDocument {
  readonly object: unknown;
  /** The line on which it starts, counted from 1. */
  readonly line: number;
}

/** Reads a stream of YAML (or JSON) documents; empty ones are left out. Error: malformed, with line and column. Pure. */
export function parseYamlDocuments(text: string): Result<readonly YamlDocument[], SluiceError> {
  const lineCounter = new LineCounter();
  const documents: YamlDocument[] = [];
  for (const document of parseAllDocuments(text, { lineCounter, logLevel: 'silent' })) {
    const [problem] = document.errors;
    if (problem !== undefined) return err(failure('malformed', problem.message));
    if (document.contents === null) continue;
    const { line } = lineCounter.linePos(document.contents.range[0]);
    const object = plainValue(document, line);
    if (!object.ok) return object;
    if (object.value !== null) documents.push({ object: object.value, line });
  }
  return ok(documents);
}

/** The library throws on an alias to nothing and on aliases that multiply beyond measure. */
function plainValue(document: Document.Parsed, line: number): Result<unknown, SluiceError> {
  try {
    const value: unknown = document.toJS();
    return ok(value);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return err(failure('malformed', `${why} in the document at line ${line}`));
  }
}

/** Writes one value as a YAML document without folding long lines, its keys in order of the alphabet if you like. Pure. */
export function toYaml(value: unknown, { sorted = false }: { readonly sorted?: boolean } = {}): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, sortMapEntries: sorted });
}
