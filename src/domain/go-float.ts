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

/**
 * A number as Go reads it: decimal, with an exponent, hexadecimal with one, or a word for NaN or infinity. Undefined for
 * what Go refuses, numbers beyond 64 bits among them. Pure. Source: Go's strconv.ParseFloat.
 */
export function parseGoFloat(text: string): number | undefined {
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

/**
 * The fewest digits that read back as the same number, with an exponent of at least two digits from 1e+06 and below
 * 0.0001. Pure. Source: Go's verb %g, in which Keptn writes what it aggregates.
 */
export function formatGoFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '-Inf' : '+Inf';
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
