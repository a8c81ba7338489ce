import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';

/** Labels of an object. */
export type Labels = Readonly<Record<string, string>>;

/** One requirement of a selector; all of them must hold. */
export type Requirement =
  | { readonly operator: 'exists' | 'absent'; readonly key: string }
  | { readonly operator: 'in' | 'not-in'; readonly key: string; readonly values: readonly string[] }
  | { readonly operator: 'greater' | 'less'; readonly key: string; readonly bound: bigint };

/** A parsed selector. An empty one matches everything. */
export type LabelSelector = readonly Requirement[];

/**
 * Reads a label selector in Kubernetes' own grammar: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`,
 * `a>1`, `a<1`, joined by commas. Error: malformed, naming the place. Pure. Source: apimachinery, labels.Parse.
 */
export function parseLabelSelector(text: string): Result<LabelSelector, SluiceError> {
  const tokens = text.match(token) ?? [];
  if (tokens.length === 0) return ok([]);
  const reader = new TokenReader(tokens);
  const requirements: Requirement[] = [];
  try {
    do requirements.push(readRequirement(reader));
    while (reader.skip(','));
    reader.expectEnd();
    return ok(requirements);
  } catch (thrown) {
    if (!(thrown instanceof SelectorFault)) throw thrown;
    return err(
      failure('malformed', `the selector "${text.slice(0, 200)}" cannot be read: ${thrown.message}`),
    );
  }
}

/** True when the labels meet every requirement. An absent key meets `!=`, `notin` and `!`, as in Kubernetes. Pure. */
export function matchesLabels(selector: LabelSelector, labels: Labels): boolean {
  return selector.every((requirement) => meets(requirement, labels));
}

function meets(requirement: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.operator) {
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    case 'in':
      return value !== undefined && requirement.values.includes(value);
    case 'not-in':
      return value === undefined || !requirement.values.includes(value);
    case 'greater':
    case 'less':
      return isBeyond(requirement, wholeNumber(value ?? ''));
  }
}

/** What is no number is beyond nothing. */
function isBeyond(
  { operator, bound }: Extract<Requirement, { readonly bound: bigint }>,
  number: bigint | undefined,
): boolean {
  if (number === undefined) return false;
  return operator === 'greater' ? number > bound : number < bound;
}

/** Operators, punctuation, and words between them. */
const token = /==|!=|[=!<>(),]|[^\s=!<>(),]+/g;
const word = /^[^\s=!<>(),]+$/;

class SelectorFault extends Error {}

class TokenReader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  /** Takes the token when it is this one. */
  skip(expected: string): boolean {
    if (this.peek() !== expected) return false;
    this.#at += 1;
    return true;
  }

  /** Takes a word, if the next token is one. */
  word(): string | undefined {
    const next = this.peek();
    if (next === undefined || !word.test(next)) return undefined;
    this.#at += 1;
    return next;
  }

  expectEnd(): void {
    if (this.peek() !== undefined) this.fail('a comma or the end');
  }

  fail(expected: string): never {
    const found = this.peek();
    throw new SelectorFault(
      `${expected} is expected ${found === undefined ? 'at its end' : `at "${found}"`}`,
    );
  }
}

function readRequirement(reader: TokenReader): Requirement {
  if (reader.skip('!')) return { operator: 'absent', key: readKey(reader) };
  const key = readKey(reader);
  const operator = reader.peek();
  if (operator === undefined || operator === ',') return { operator: 'exists', key };
  reader.skip(operator);
  switch (operator) {
    case '=':
    case '==':
      return { operator: 'in', key, values: [readValue(reader)] };
    case '!=':
      return { operator: 'not-in', key, values: [readValue(reader)] };
    case 'in':
      return { operator: 'in', key, values: readValues(reader) };
    case 'notin':
      return { operator: 'not-in', key, values: readValues(reader) };
    case '>':
      return { operator: 'greater', key, bound: readBound(reader) };
    case '<':
      return { operator: 'less', key, bound: readBound(reader) };
    default:
      throw new SelectorFault(`"${operator}" is no operator; use =, ==, !=, in, notin, < or >`);
  }
}

const name = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const longestPrefix = 253;

/** The words in and notin are keys, too, where a key is expected. */
function readKey(reader: TokenReader): string {
  const key = reader.word() ?? reader.fail('a label key');
  const parts = key.split('/');
  const last = parts.at(-1) ?? '';
  const prefix = parts.length === 2 ? (parts[0] ?? '') : undefined;
  const isPrefixed = prefix === undefined || (subdomain.test(prefix) && prefix.length <= longestPrefix);
  if (parts.length > 2 || !name.test(last) || !isPrefixed)
    throw new SelectorFault(`"${key}" is no label key`);
  return key;
}

function readValue(reader: TokenReader): string {
  const next = reader.peek();
  // `a=` asks for the empty value.
  if (next === undefined || next === ',') return '';
  return checkedValue(reader.word() ?? reader.fail('a label value'));
}

function readBound(reader: TokenReader): bigint {
  const bound = wholeNumber(readValue(reader));
  if (bound === undefined) throw new SelectorFault('< and > need a whole number');
  return bound;
}

function readValues(reader: TokenReader): string[] {
  if (!reader.skip('(')) reader.fail('"("');
  const values: string[] = [];
  do {
    const isLeftOut = reader.peek() === ',' || reader.peek() === ')';
    values.push(isLeftOut ? '' : checkedValue(reader.word() ?? reader.fail('a label value')));
  } while (reader.skip(','));
  if (!reader.skip(')')) reader.fail('a comma or ")"');
  return values;
}

function checkedValue(value: string): string {
  if (!name.test(value)) throw new SelectorFault(`"${value}" is no label value`);
  return value;
}

const int64 = { least: -(2n ** 63n), most: 2n ** 63n - 1n } as const;

/** As Go's ParseInt in base 10: a sign is allowed, and what does not fit 64 bits is no number. */
function wholeNumber(text: string): bigint | undefined {
  if (!/^[+-]?\d{1,20}$/.test(text)) return undefined;
  const number = BigInt(text.replace('+', ''));
  return number < int64.least || number > int64.most ? undefined : number;
}
