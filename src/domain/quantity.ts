import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { parseGoFloat } from './go-float.ts';

/** How a quantity was written, and is written again: 12M, 12Mi or 12e6. */
type Form = 'decimal' | 'binary' | 'exponent';

/** An exact number: `mantissa` times ten to the power of `exponent`. */
export interface Quantity {
  readonly mantissa: bigint;
  readonly exponent: number;
  readonly form: Form;
  /** The text as given, where Kubernetes repeats it although its canonical form is another (+3, 5.125). */
  readonly kept?: string;
}

const pattern = /^([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$/;
/** Nobody writes longer ones, and reading digits takes the square of their number. */
const longest = 256;
const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const;
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;
/** The finest that Kubernetes stores. */
const nano = -9;
/** The most that Kubernetes stores of a quantity with a binary suffix. */
const mostBinary = 2n ** 63n - 1n;

/**
 * Reads a quantity as Kubernetes writes it: 0.5, 500m, 1Ki, 1e3. The value is exact, also where Kubernetes would round.
 * Error: malformed, naming the text. Pure. Source: apimachinery, pkg/api/resource/quantity.go.
 */
export function parseQuantity(given: string | number): Result<Quantity, SluiceError> {
  const text = String(given);
  const matched = text.length > longest ? null : pattern.exec(text);
  if (matched === null) return err(failure('malformed', `${quoted(text)} is not a quantity; ${examples}`));
  const [, sign, whole = '', part, onlyPart, suffix = ''] = matched;
  const fraction = part ?? onlyPart ?? '';
  const number = { negative: sign === '-', whole, fraction };
  const thousands = binarySuffixes.findIndex((known) => known === suffix);
  if (thousands > 0) return ok(binaryQuantity(text, number, thousands));
  const power = powerOf(suffix);
  if (Math.abs(power) > 2 ** 31) {
    return err(failure('malformed', `${quoted(text)} has an exponent beyond 32 bits; ${examples}`));
  }
  return ok(decimalQuantity(text, number, suffix));
}

interface Digits {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
}

function mantissaOf({ negative, whole, fraction }: Digits): bigint {
  const unsigned = BigInt(`${whole}${fraction}`);
  return negative ? -unsigned : unsigned;
}

function binaryQuantity(text: string, digits: Digits, thousands: number): Quantity {
  return {
    mantissa: mantissaOf(digits) * 1024n ** BigInt(thousands),
    exponent: -digits.fraction.length,
    form: 'binary',
    ...(keepsBinary(digits, thousands) ? { kept: text } : {}),
  };
}

function decimalQuantity(text: string, digits: Digits, suffix: string): Quantity {
  const exponent = powerOf(suffix) - digits.fraction.length;
  return {
    mantissa: mantissaOf(digits),
    exponent,
    form: suffix.length > 1 ? 'exponent' : 'decimal',
    ...(keepsDecimal(digits, exponent) ? { kept: text } : {}),
  };
}

const examples = 'write for example "0.5", "500m", "1Ki" or "1e3"';

function quoted(text: string): string {
  return `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`;
}

/** The power of ten of a decimal suffix or of an exponent. */
function powerOf(suffix: string): number {
  if (suffix.length > 1) return Number(suffix.slice(1));
  return 3 * decimalSuffixes.findIndex((known) => known === suffix) + nano;
}

/** Kubernetes takes these to be canonical without looking further. */
function keepsDecimal({ whole, fraction }: Digits, exponent: number): boolean {
  const digits = `${whole.replace(/^0+/, '') || '0'}${fraction}`;
  if (digits.length > 18 || exponent < nano || exponent % 3 !== 0) return false;
  return !digits.endsWith('000') && !digits.startsWith('0');
}

/** As above, for binary suffixes. */
function keepsBinary({ whole, fraction }: Digits, thousands: number): boolean {
  const digits = whole.replace(/^0+/, '');
  return fraction === '' && digits.length + 3 * thousands <= 14 && BigInt(digits || '0') % 8n !== 0n;
}

/**
 * A measured value, exactly as its decimal digits say. Error: malformed, for what is no number, and for NaN and infinities,
 * which no threshold can be compared with. Pure.
 */
export function quantityOfDecimal(text: string): Result<Quantity, SluiceError> {
  const value = parseGoFloat(text);
  if (value === undefined) return err(failure('malformed', `value ${quoted(text)} is not a number`));
  if (!Number.isFinite(value))
    return err(failure('malformed', `value ${quoted(text)} is not a finite number`));
  const plain = text.replaceAll('_', '');
  // Hexadecimal texts stand for the number that they are, and digits without end for the number that they are nearest to.
  const exact = plain.length > longest || /x/i.test(plain) ? String(value) : plain;
  const matched = /^([+-]?)([0-9]*)\.?([0-9]*)(?:e([+-]?[0-9]+))?$/i.exec(exact);
  const [, sign, whole = '', fraction = '', power = '0'] = matched ?? [];
  return ok({
    mantissa: mantissaOf({ negative: sign === '-', whole, fraction }),
    exponent: Number(power) - fraction.length,
    form: 'decimal',
  });
}

/** Which of two is larger: below 0, 0, or above 0. Exact. Pure. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  const sign = signOf(a.mantissa);
  if (sign !== signOf(b.mantissa)) return sign - signOf(b.mantissa);
  if (sign === 0) return 0;
  // By size first: scaling a tiny one to a huge one would fill the memory.
  const size = sizeOf(a) - sizeOf(b);
  if (size !== 0) return size * sign;
  const common = Math.min(a.exponent, b.exponent);
  return signOf(scaledTo(a, common) - scaledTo(b, common));
}

function signOf(value: bigint): number {
  if (value === 0n) return 0;
  return value < 0n ? -1 : 1;
}

/** Where the first digit stands, as a power of ten. */
function sizeOf({ mantissa, exponent }: Quantity): number {
  return digitsOf(mantissa).length + exponent;
}

function digitsOf(value: bigint): string {
  return String(value < 0n ? -value : value);
}

function scaledTo({ mantissa, exponent }: Quantity, common: number): bigint {
  return mantissa * 10n ** BigInt(exponent - common);
}

/** The nearest number of 64 bits. Pure. */
export function quantityToNumber({ mantissa, exponent }: Quantity): number {
  return Number(`${mantissa}e${exponent}`);
}

/**
 * The canonical form of Kubernetes: no fraction, the largest suffix that loses nothing; finer than nano rounds away from
 * zero, and binary ones end at 2^63 - 1. Pure. Source: as parseQuantity.
 */
export function formatQuantity(quantity: Quantity): string {
  if (quantity.kept !== undefined) return quantity.kept;
  if (quantity.mantissa === 0n) return '0';
  const { mantissa, exponent } = stripped(storable(quantity));
  const binary = quantity.form === 'binary' ? formatBinary(mantissa, exponent) : undefined;
  if (binary !== undefined) return binary;
  const power = 3 * Math.floor(exponent / 3);
  const number = mantissa * 10n ** BigInt(exponent - power);
  const suffix = decimalSuffixes[(power - nano) / 3];
  if (quantity.form === 'exponent' || suffix === undefined)
    return `${number}${power === 0 ? '' : `e${power}`}`;
  return `${number}${suffix}`;
}

/** Undefined where a binary suffix would lose something or save nothing. */
function formatBinary(mantissa: bigint, exponent: number): string | undefined {
  const whole = exponent < 0 ? undefined : mantissa * 10n ** BigInt(exponent);
  if (whole === undefined || (whole > -1024n && whole < 1024n)) return undefined;
  let number = whole > mostBinary ? mostBinary : whole;
  let thousands = 0;
  while (number % 1024n === 0n && thousands < binarySuffixes.length - 1) {
    number /= 1024n;
    thousands++;
  }
  return `${number}${binarySuffixes[thousands] ?? ''}`;
}

/** As it is stored: not finer than nano. */
function storable(quantity: Quantity): Quantity {
  const { mantissa, exponent } = quantity;
  if (exponent >= nano) return quantity;
  const sign = mantissa < 0n ? -1n : 1n;
  if (sizeOf(quantity) <= nano) return { ...quantity, mantissa: sign, exponent: nano };
  const divisor = 10n ** BigInt(nano - exponent);
  const rounded = (mantissa * sign + divisor - 1n) / divisor;
  return { ...quantity, mantissa: rounded * sign, exponent: nano };
}

/** Without zeros at the end. */
function stripped(quantity: Quantity): Quantity {
  const digits = digitsOf(quantity.mantissa);
  const zeros = digits.length - digits.replace(/0+$/, '').length;
  return {
    ...quantity,
    mantissa: quantity.mantissa / 10n ** BigInt(zeros),
    exponent: quantity.exponent + zeros,
  };
}
