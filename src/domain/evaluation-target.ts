import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';

const digits = '[0-9](?:_?[0-9])*';
const hexDigits = '[0-9a-f](?:_?[0-9a-f])*';
const decimal = new RegExp(
  `^[+-]?(?:${digits}(?:\\.(?:${digits})?)?|\\.${digits})(?:e[+-]?${digits})?$`,
  'i',
);
const hexadecimal = new RegExp(
  `^([+-]?)0x_?(?:(${hexDigits})(?:\\.(${hexDigits})?)?|\\.(${hexDigits}))p([+-]?${digits})$`,
  'i',
);
const infinity = /^([+-]?)inf(?:inity)?$/i;
const example = 'write < or > and a number, such as "<10" or ">99.5"';

/**
 * Whether a metric's value meets an objective's target: `<` or `>`, strictly, and a number. NaN on either side never
 * meets one. Error: malformed, naming the value or the target and what is wrong with it. Pure.
 * Source: Keptn, whose numbers are those of Go's strconv.ParseFloat.
 */
export function meetsTarget(value: string, target: string): Result<boolean, SluiceError> {
  if (value === '') return refused('the metric has no value');
  if (target === '') return refused(`the evaluationTarget is empty; ${example}`);
  const measured = parseNumber(value);
  if (measured === undefined) return refused(`value "${value}" is not a number`);
  const operator = target.slice(0, 1);
  const bound = parseNumber(target.slice(1));
  if (operator !== '<' && operator !== '>') {
    return refused(`evaluationTarget "${target}" begins with "${operator}"; ${example}`);
  }
  if (bound === undefined) {
    return refused(`evaluationTarget "${target}" has "${target.slice(1)}" for a number; ${example}`);
  }
  return ok(operator === '<' ? measured < bound : measured > bound);
}

function refused(message: string): Result<never, SluiceError> {
  return err(failure('malformed', message));
}

/** A number as Go reads it; undefined for what Go refuses, numbers beyond 64 bits among them. */
function parseNumber(text: string): number | undefined {
  if (text.toLowerCase() === 'nan') return Number.NaN;
  const infinite = infinity.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  const finite = decimal.test(text) ? Number(text.replaceAll('_', '')) : parseHexadecimal(text);
  return finite !== undefined && Number.isFinite(finite) ? finite : undefined;
}

function parseHexadecimal(text: string): number | undefined {
  const matched = hexadecimal.exec(text);
  if (matched === null) return undefined;
  const [, sign, whole = '', part = '', onlyPart = '', exponent = ''] = matched;
  const fraction = `${part}${onlyPart}`.replaceAll('_', '');
  const mantissa = Number(BigInt(`0x${whole.replaceAll('_', '')}${fraction}`));
  const power = Number(exponent.replaceAll('_', '')) - 4 * fraction.length;
  // In two steps, so that neither factor leaves the range of a number that itself lies within it.
  const half = Math.trunc(power / 2);
  return (sign === '-' ? -1 : 1) * mantissa * 2 ** half * 2 ** (power - half);
}
