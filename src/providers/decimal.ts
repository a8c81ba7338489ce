const shape = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

const words: ReadonlyMap<string, string> = new Map([
  ['nan', 'NaN'],
  ['inf', '+Inf'],
  ['+inf', '+Inf'],
  ['-inf', '-Inf'],
  ['infinity', '+Inf'],
  ['-infinity', '-Inf'],
]);

/** No backend holds numbers beyond those of a double, whose largest has 309 digits. */
const longestExponent = 400;

/**
 * The same number as plain decimal digits, without exponent and needless zeros and without losing any; NaN, +Inf and
 * -Inf as these words. Undefined: the text is no number. Pure. As Keptn wrote values of Prometheus.
 */
export function decimalText(text: string): string | undefined {
  const word = words.get(text.toLowerCase());
  if (word !== undefined) return word;
  const match = shape.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (Math.abs(Number(exponent)) > longestExponent) return undefined;
  const plain = shift(whole + fraction, whole.length + Number(exponent));
  return sign === '-' && plain !== '0' ? `-${plain}` : plain;
}

/** The digits with the point after so many of them. */
function shift(digits: string, point: number): string {
  const padded = point > digits.length ? digits.padEnd(point, '0') : digits;
  const before = point > 0 ? padded.slice(0, point) : '';
  const after = point > 0 ? padded.slice(point) : '0'.repeat(-point) + padded;
  const whole = before.replace(/^0+/, '') || '0';
  const fraction = withoutTrailingZeros(after);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}

/**
 * The mean of decimal texts: a single one as it is, of several the sum in their order divided by their count, in the
 * shortest digits that give that double back. Pure.
 */
export function meanText(samples: readonly [string, ...string[]]): string {
  if (samples.length === 1) return samples[0];
  const sum = samples.reduce((total, sample) => total + Number(sample.replace('Inf', 'Infinity')), 0);
  return decimalText(String(sum / samples.length)) ?? 'NaN';
}
