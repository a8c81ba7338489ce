import type { ProviderType } from '../api/metrics/v1/keptn-metrics-provider.ts';
import type { SluiceError } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';
import { settled } from './query-template/fault.ts';
import { parseNodes } from './query-template/parse.ts';
import { jsonQuoting, quotingOf } from './query-template/quoting.ts';
import { type Arguments, renderNodes } from './query-template/render.ts';

/** A template that was parsed. */
export interface QueryTemplate {
  /** Fills the holes. Error: malformed, naming line and column and, where one is missing or cannot be sent, the argument. Pure. */
  readonly render: (args: Arguments, provider: ProviderType) => Result<string, SluiceError>;
  /** Fills the holes of a JSON text: what they hold becomes part of a text of it and of nothing else. Errors as above. Pure. */
  readonly renderJson: (args: Arguments) => Result<string, SluiceError>;
}

/**
 * Parses a query with holes: what queries need of Go's text/template. Error: malformed, naming the construct, line and
 * column. What an argument holds is data: within quotes of the query it is escaped, elsewhere it must close what it
 * opens. Total and bounded. Pure. Source: pkg.go.dev/text/template.
 */
export function parseQueryTemplate(template: string): Result<QueryTemplate, SluiceError> {
  const parsed = settled(template, () => parseNodes(template));
  if (!parsed.ok) return parsed;
  const nodes = parsed.value;
  return {
    ok: true,
    value: {
      render: (args, provider) => settled(template, () => renderNodes(nodes, args, quotingOf[provider])),
      renderJson: (args) => settled(template, () => renderNodes(nodes, args, jsonQuoting)),
    },
  };
}
