import type { Notification } from '../../api/options/v1alpha1/notification.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { parseQueryTemplate } from '../query-template.ts';
import { notificationFieldNames } from './fields.ts';

/** A template of a body, parsed. */
export interface BodyTemplate {
  /** The body as JSON. Error: malformed, naming line and column, or that it is no JSON. Pure. */
  readonly render: (fields: Readonly<Record<string, string>>) => Result<string, SluiceError>;
}

/** Longest body; chats take less. */
const longestBody = 65_536;

/** Parses a template. Error: malformed, naming line, column and construct. Pure. */
export function parseBodyTemplate(template: string): Result<BodyTemplate, SluiceError> {
  const parsed = parseQueryTemplate(template);
  if (!parsed.ok) return parsed;
  return ok({
    render: (fields) => {
      const rendered = parsed.value.renderJson(fields);
      return rendered.ok ? checked(rendered.value) : rendered;
    },
  });
}

function checked(body: string): Result<string, SluiceError> {
  if (body.length > longestBody)
    return err(failure('malformed', `the body is longer than ${longestBody} characters`));
  try {
    JSON.parse(body);
    return ok(body);
  } catch {
    // What the parser says of it would repeat the values that were filled in.
    const remedy = 'it does not give JSON; put each hole in double quotes, and leave no comma too many';
    return err(failure('malformed', remedy));
  }
}

/** A message with something in every field, to try templates with. */
const sample: Readonly<Record<string, string>> = Object.fromEntries(
  notificationFieldNames.map((name) => [name, name]),
);

/** What is wrong with a notification, naming the field; undefined when nothing is. Pure. */
export function notificationProblem({ name, template }: Notification): string | undefined {
  if (template === undefined) return undefined;
  const parsed = parseBodyTemplate(template);
  const tried = parsed.ok ? parsed.value.render(sample) : parsed;
  if (tried.ok) return undefined;
  return `spec.notifications["${name}"].template: ${tried.error.message}; messages are sent in the default form until it is corrected`;
}
