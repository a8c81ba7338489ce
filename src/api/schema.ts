import * as z from 'zod';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';

/** The zod door: every other file takes `z` from here. */
export { z };

/** A rule over several fields: CEL for the API server, a predicate for everyone else, one message for both. */
export interface Rule<T> {
  /** CEL expression over `self`. */
  readonly cel: string;
  /** The same claim in TypeScript. Pure. */
  readonly holds: (value: T) => boolean;
  /** Names the fields, so that a user knows what to change. */
  readonly message: string;
}

/** A text field. `description` is written for users. Pure. */
export function text(description: string): z.ZodString {
  return z.string().describe(description);
}

/** A text field that an empty string cannot fill. Pure. */
export function name(description: string): z.ZodString {
  return z.string().min(1).describe(description);
}

/** A list of texts. Pure. */
export function texts(description: string): z.ZodArray<z.ZodString> {
  return z.array(z.string()).describe(description);
}

/** A map from text to text. Pure. */
export function textMap(description: string): z.ZodRecord<z.ZodString, z.ZodString> {
  return z.record(z.string(), z.string()).describe(description);
}

/** A whole number that fits 32 bits and is at least `minimum`. Pure. */
export function int32(minimum: number, description: string): z.ZodInt32 {
  return z.int32().min(minimum).meta({ description, format: 'int32' });
}

/** A point in time in RFC 3339, UTC, as meta/v1 Time. Pure. */
export function time(description: string): z.ZodString {
  return z.string().meta({ description, format: 'date-time' });
}

/** Adds a rule to a schema, for our parser and, as CEL, for the API server. Pure. */
export function withRule<S extends z.ZodType>(schema: S, rule: Rule<z.output<S>>): S {
  const checked = schema.refine(rule.holds, rule.message);
  return checked.meta({ 'x-kubernetes-validations': [{ rule: rule.cel, message: rule.message }] });
}

/** Parses with a schema; the error (malformed) names each field that is wrong. Pure. */
export function parseWith<T>(schema: z.ZodType<T>, raw: unknown): Result<T, SluiceError> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return ok(parsed.data);
  const problems = parsed.error.issues.map((issue) => `${fieldPath(issue.path)}: ${issue.message}`);
  return err(failure('malformed', problems.join('; ')));
}

function fieldPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '(root)';
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}
