import { durationPattern } from '../kernel/duration.ts';
import { z } from './schema.ts';

/**
 * What the API server alone asks of a field, when it is written. Our parser does not: an object that was stored before
 * the rule stays readable, and can be changed in other fields.
 */
interface AdmissionRule {
  /** CEL over `self`. */
  readonly rule: string;
  /** What to write; the API server puts the field in front. */
  readonly message: string;
  /** Longest text or list, so that the API server can tell what the rule costs. */
  readonly maxLength?: number;
}

/** Asks that of a field at admission. Pure. */
function admitted<S extends z.ZodType>(schema: S, { rule, message, maxLength }: AdmissionRule): S {
  return schema.meta({
    ...(maxLength === undefined ? {} : { maxLength }),
    'x-kubernetes-validations': [{ rule, message }],
  });
}

/** Asks several things at admission, beside what is asked already. Pure. */
export function admittedWhen<S extends z.ZodType>(
  schema: S,
  rules: readonly Pick<AdmissionRule, 'rule' | 'message'>[],
): S {
  const before: unknown = schema.meta()?.['x-kubernetes-validations'];
  return schema.meta({
    'x-kubernetes-validations': [
      ...(Array.isArray(before) ? (before as unknown[]) : []),
      ...rules.map(({ rule, message }) => ({ rule, message })),
    ],
  });
}

/** The pattern of durations as a text of CEL. */
export const durationInCel = durationPattern.replaceAll('\\', '\\\\');

/** CEL: the field is no duration, which another rule says, or one that is longer than nothing. Pure. */
export function longerThanNothing(field: string): string {
  return `(!${field}.matches('${durationInCel}') || duration(${field}) > duration('0s'))`;
}

/** A duration that is longer than nothing. Pure. */
export function positiveDuration(description: string): z.ZodString {
  const rule = longerThanNothing('self');
  return admittedWhen(duration(description), [{ rule, message: 'must be longer than 0' }]);
}

/** Longest name of an object, as Kubernetes has it. */
const maxName = 253;
/** Most entries of a list whose entries have rules; nobody has come near. */
const maxEntries = 256;
const objectNamePattern = '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$';
const nameRemedy = 'lower-case letters, digits, "-" and ".", without blanks';

/** The name of another object, which cannot be empty. Pure. */
export function objectName(description: string): z.ZodString {
  return admitted(z.string().min(1).describe(description), {
    rule: `self == '' || self.matches('${objectNamePattern}')`,
    message: `must be the name of an object: ${nameRemedy}`,
    maxLength: maxName,
  });
}

/** The name of another object, where an empty one means none. Pure. */
export function optionalObjectName(description: string): z.ZodString {
  return admitted(z.string().describe(description), {
    rule: `self == '' || self.matches('${objectNamePattern}')`,
    message: `must be the name of an object: ${nameRemedy}; leave it out where none is meant`,
    maxLength: maxName,
  });
}

type CheckList = z.ZodPipe<z.ZodArray<z.ZodString>, z.ZodTransform<string[], string[]>>;

/** Names of checks as a controller writes them. Read trimmed, without empty entries, each once. Pure. */
export function checkNames(description: string): CheckList {
  return z.array(z.string()).describe(description).transform(cleaned);
}

/** Names of checks as a user writes them: each must be able to exist; a repetition means nothing. Pure. */
export function checkNamesOfUser(description: string): CheckList {
  const entry = admitted(z.string(), {
    rule: `self.matches('${objectNamePattern}')`,
    message: `must be the name of a definition: ${nameRemedy}; leave no entry empty`,
    maxLength: maxName,
  });
  return z.array(entry).meta({ description, maxItems: maxEntries }).transform(cleaned);
}

function cleaned(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))];
}

/** Bounds a list whose entries have rules. Pure. */
export function bounded<S extends z.ZodType>(list: S): S {
  return list.meta({ maxItems: maxEntries });
}

/** Links to traces. Pure. Source: W3C Trace Context, traceparent. */
export function traceparents(description: string): z.ZodArray<z.ZodString> {
  const entry = admitted(z.string(), {
    rule: "self.matches('^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$')",
    message:
      'must be a W3C traceparent; write for example "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"',
    maxLength: 512,
  });
  return z.array(entry).meta({ description, maxItems: maxEntries });
}

/** Address of an HTTP service; an empty text means none. Pure. */
export function httpAddress(description: string): z.ZodString {
  return admitted(z.string().describe(description), {
    rule: "self == '' || self.matches('^https?://[^ /]+')",
    message: 'must be an HTTP address; write for example "http://broker.events/default"',
    maxLength: 2048,
  });
}

/** Host and port of a gRPC service; an empty text means none. Pure. */
export function grpcAddress(description: string): z.ZodString {
  return admitted(z.string().describe(description), {
    rule: "self == '' || (!self.matches('^https?://') && !self.matches('[[:space:]]'))",
    message: 'must be host and port, without http://; write for example "otel-collector.observability:4317"',
    maxLength: 2048,
  });
}

/**
 * A duration as Kubernetes writes it (`30s`, `1h30m`); stays text, see kernel/duration.ts. Pure.
 */
export function duration(description: string): z.ZodString {
  const message = 'must be a duration; write for example "30s", "5m" or "1h30m"';
  return shortText(description, new RegExp(durationPattern), message);
}

/** A short text of that form. Parser and API server both refuse any other, with one message. Pure. */
export function shortText(description: string, pattern: RegExp, message: string): z.ZodString {
  const checked = z.string().regex(pattern, message).describe(description);
  const rule = `self.matches('${pattern.source.replaceAll('\\', '\\\\')}')`;
  // A pattern of the schema would be told as it is, and says nothing to whom it is told.
  return admitted(checked.meta({ pattern: undefined }), { rule, message, maxLength: 64 });
}
