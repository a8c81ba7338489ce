import { parseQuantity } from '../../domain/quantity.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { noValues } from '../answer.ts';
import { decimalText } from '../decimal.ts';
import { oneLine } from '../one-line.ts';

/** Decimal texts, one or more. */
type Samples = readonly [string, ...string[]];

/**
 * What a path found, as samples: one number where one is wanted, else all of them; a list that was found alone stands for
 * its entries then, and null for a gap. Numbers, numeric texts and quantities (`10m`, `1Ki`) count. Errors: not-found,
 * where there is nothing; malformed, where there is something else, naming it. Pure.
 */
export function readSamples(
  found: readonly unknown[],
  metricPath: string,
  wantsAll: boolean,
): Result<Samples, SluiceError> {
  const [only, another] = found;
  if (found.length === 0) return err(noValues(`${metricPath} leads to nothing in the answer`));
  if (wantsAll) return readAll(found.length === 1 && Array.isArray(only) ? only : found, metricPath);
  if (another !== undefined)
    return refused(
      `${metricPath} leads to ${found.length} values; narrow it down to one, or have them aggregated`,
    );
  if (only === null) return err(noValues(`${metricPath} leads to null`));
  const text = numberText(only);
  return text === undefined ? refused(`${metricPath} leads to ${describe(only)}`) : ok([text]);
}

function readAll(values: readonly unknown[], metricPath: string): Result<Samples, SluiceError> {
  const present = values.filter((value) => value !== null);
  const texts: string[] = [];
  for (const value of present) {
    const text = numberText(value);
    if (text === undefined) return refused(`${metricPath} leads to ${describe(value)} among others`);
    texts.push(text);
  }
  const [first, ...rest] = texts;
  return first === undefined ? err(noValues(`${metricPath} leads to no number`)) : ok([first, ...rest]);
}

/** Undefined: it is no number. */
function numberText(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return decimalText(String(value));
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const decimal = decimalText(text);
  if (decimal !== undefined) return decimal;
  const quantity = parseQuantity(text);
  return quantity.ok ? decimalText(`${quantity.value.mantissa}e${quantity.value.exponent}`) : undefined;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list; [0] takes its first entry and [-1] its last';
  if (typeof value === 'object' && value !== null) return 'an object; add the field that holds the number';
  return `${oneLine(JSON.stringify(value), 60)}, which is no number`;
}

function refused(message: string): Result<never, SluiceError> {
  return err(failure('malformed', message));
}
