import { compareQuantities, parseQuantity } from '../../domain/quantity.ts';
import { follow, isScalar, readPath } from './field-path.ts';
import { Scanner, SyntaxProblem } from './scanner.ts';
import type { Comparison, Condition } from './syntax.ts';

/** Longer ones first, since one begins another. */
const signs = ['!=', '<=', '>=', '==', '=', '<', '>'] as const;

/** Reads a condition such as `status.phase!=Succeeded`, `spec.nodeName` or `!spec.nodeName`. Throws a SyntaxProblem. */
export function readCondition(text: string): Condition {
  try {
    return readWhole(new Scanner(text));
  } catch (thrown) {
    if (!(thrown instanceof SyntaxProblem)) throw thrown;
    throw new SyntaxProblem(`where="${text}": ${thrown.message}`, thrown.at);
  }
}

function readWhole(scanner: Scanner): Condition {
  const isAbsent = scanner.skip('!');
  const path = readPath(scanner);
  const sign = signs.find((one) => scanner.skip(one));
  if (sign === undefined) {
    if (!scanner.isAtEnd) scanner.fail(`one of ${signs.join(' ')} is missing after ${path.text}`);
    return { path, comparison: isAbsent ? 'absent' : 'exists', text: '' };
  }
  if (isAbsent) scanner.fail(`write ${path.text} != in place of ! before it`);
  const comparison: Comparison = sign === '==' ? '=' : sign;
  const text = operand(scanner);
  const isOrder = comparison !== '=' && comparison !== '!=';
  if (isOrder && !parseQuantity(text).ok)
    scanner.fail(`${comparison} compares numbers, and "${text}" is none`);
  return { path, comparison, text };
}

/** What stands after the sign, with or without quotes. */
function operand(scanner: Scanner): string {
  if (scanner.peek() !== '"' && scanner.peek() !== "'") return scanner.rest();
  const text = scanner.quoted('what is compared with');
  if (!scanner.isAtEnd) scanner.fail('nothing may follow the quotes');
  return text;
}

/**
 * Whether a condition holds of an object. Where the path leads to several values it is enough that one fits; `!=` holds
 * where none is equal, so also where the field is missing. Orders hold for numbers and quantities only. Total, pure.
 */
export function holds({ path, comparison, text }: Condition, object: unknown): boolean {
  const { values } = follow(object, path);
  switch (comparison) {
    case 'exists':
      return values.length > 0;
    case 'absent':
      return values.length === 0;
    case '=':
      return values.some((value) => isEqual(value, text));
    case '!=':
      return !values.some((value) => isEqual(value, text));
    default:
      return values.some((value) => isInOrder(value, comparison, text));
  }
}

function isEqual(value: unknown, text: string): boolean {
  if (!isScalar(value)) return false;
  return String(value) === text || orderOf(value, text) === 0;
}

function isInOrder(value: unknown, comparison: '<' | '<=' | '>' | '>=', text: string): boolean {
  const order = orderOf(value, text);
  if (order === undefined) return false;
  if (order === 0) return comparison === '<=' || comparison === '>=';
  return order < 0 === comparison.startsWith('<');
}

/** Undefined where one of the two is no quantity. */
function orderOf(value: unknown, text: string): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const left = parseQuantity(value);
  const right = parseQuantity(text);
  return left.ok && right.ok ? compareQuantities(left.value, right.value) : undefined;
}
