import { parseQuantity } from '../../domain/quantity.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { ArithmeticSign } from './syntax.ts';

/** What the suffix of a quantity tells of what is measured: thousandths are of CPUs, powers of 1024 are of bytes. */
type Unit = 'thousandths' | 'bytes';

/** An exact number: a fraction in lowest terms with a denominator above zero. */
export interface Amount {
  readonly numerator: bigint;
  readonly denominator: bigint;
  /** Absent: nothing is known of it, and it goes with any. */
  readonly unit?: { readonly is: Unit; readonly witness: string };
}

/** Nothing, in any unit. */
export const zero: Amount = { numerator: 0n, denominator: 1n };

/** Beyond this power of ten nothing is counted, and digits would fill the memory. */
const largestPower = 60;
/** As many bits as an amount may take; 2,000 bits are 600 digits. */
const mostBits = 2_000n;
const tooLarge = 2n ** mostBits;

/** A whole number. Pure. */
export function amountOf(count: number): Amount {
  return { numerator: BigInt(count), denominator: 1n };
}

/** Reads a number or quantity. Error: malformed, naming the text. Pure. */
export function readAmount(text: string | number): Result<Amount, SluiceError> {
  const parsed = parseQuantity(text);
  if (!parsed.ok) return parsed;
  const { mantissa, exponent } = parsed.value;
  if (Math.abs(exponent) > largestPower)
    return err(failure('malformed', `${text} is beyond 1e${largestPower} or finer than 1e-${largestPower}`));
  const power = 10n ** BigInt(Math.abs(exponent));
  const fraction = exponent < 0 ? lowest(mantissa, power) : lowest(mantissa * power, 1n);
  const is = unitOf(String(text));
  return ok(is === undefined ? fraction : { ...fraction, unit: { is, witness: String(text) } });
}

function unitOf(text: string): Unit | undefined {
  if (text.endsWith('i')) return 'bytes';
  return /[num]$/.test(text) ? 'thousandths' : undefined;
}

function lowest(numerator: bigint, denominator: bigint): Pick<Amount, 'numerator' | 'denominator'> {
  let [a, b] = [numerator < 0n ? -numerator : numerator, denominator];
  while (b !== 0n) [a, b] = [b, a % b];
  const sign = denominator < 0n ? -1n : 1n;
  return a === 0n
    ? { numerator: 0n, denominator: 1n }
    : { numerator: (sign * numerator) / a, denominator: (sign * denominator) / a };
}

/** The same amount below zero. Pure. */
export function negated(amount: Amount): Amount {
  return { ...amount, numerator: -amount.numerator };
}

/** Which of two is larger: below 0, 0, or above 0. Pure. */
export function compareAmounts(a: Amount, b: Amount): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}

/**
 * Works out `a sign b`. Errors: not-found, a division by zero, which may pass; malformed, a sum of what is measured in
 * thousandths (CPUs) and in powers of 1024 (bytes), and a result that nobody could read. Pure.
 */
export function calculate(a: Amount, sign: ArithmeticSign, b: Amount): Result<Amount, SluiceError> {
  const result = sign === '+' || sign === '-' ? added(a, sign === '+' ? b : negated(b)) : scaled(a, sign, b);
  if (!result.ok) return result;
  const { numerator, denominator } = result.value;
  const size = numerator < 0n ? -numerator : numerator;
  return size < tooLarge && denominator < tooLarge
    ? result
    : err(failure('malformed', 'the result of the query has more than 600 digits'));
}

/** The unit of both, or why they do not go together. Pure. */
export function commonUnit(a: Amount, b: Amount): Result<Amount['unit'], SluiceError> {
  if (a.unit === undefined || b.unit === undefined || a.unit.is === b.unit.is) return ok(a.unit ?? b.unit);
  const message = `${a.unit.witness} and ${b.unit.witness} do not go together: one is in thousandths (CPUs), the other in powers of 1024 (bytes); take fields that measure the same`;
  return err(failure('malformed', message));
}

function added(a: Amount, b: Amount): Result<Amount, SluiceError> {
  const unit = commonUnit(a, b);
  if (!unit.ok) return unit;
  const numerator = a.numerator * b.denominator + b.numerator * a.denominator;
  return ok(withUnit(lowest(numerator, a.denominator * b.denominator), unit.value));
}

/** A product keeps the one unit that there is; a quotient of equal units is a plain number, as is all else. */
function scaled(a: Amount, sign: '*' | '/', b: Amount): Result<Amount, SluiceError> {
  if (sign === '*') {
    const unit = a.unit === undefined || b.unit === undefined ? (a.unit ?? b.unit) : undefined;
    return ok(withUnit(lowest(a.numerator * b.numerator, a.denominator * b.denominator), unit));
  }
  if (b.numerator === 0n)
    return err(
      failure(
        'not-found',
        'no values in query result: the query divides by zero, what stands after "/" came to 0',
      ),
    );
  const unit = b.unit === undefined ? a.unit : undefined;
  return ok(withUnit(lowest(a.numerator * b.denominator, a.denominator * b.numerator), unit));
}

function withUnit(fraction: Pick<Amount, 'numerator' | 'denominator'>, unit: Amount['unit']): Amount {
  return unit === undefined ? fraction : { ...fraction, unit };
}

/** How many digits follow the point at most: a thousandth of a unit of 1024^4 ends there. */
const mostExactDigits = 50;
/** As many follow where the digits have no end; a 64-bit number tells no more apart. */
const mostCutDigits = 20;

/** As a decimal text without exponent: exact where it ends within 50 digits, else cut after 20. Pure. */
export function amountText({ numerator, denominator }: Amount): string {
  const size = numerator < 0n ? -numerator : numerator;
  const ends = 10n ** BigInt(mostExactDigits) % denominator === 0n;
  const places = ends ? mostExactDigits : mostCutDigits;
  const digits = String((size * 10n ** BigInt(places)) / denominator).padStart(places + 1, '0');
  const whole = digits.slice(0, -places);
  const fraction = digits.slice(-places).replace(/0+$/, '');
  const text = fraction === '' ? whole : `${whole}.${fraction}`;
  return numerator < 0n && text !== '0' ? `-${text}` : text;
}
