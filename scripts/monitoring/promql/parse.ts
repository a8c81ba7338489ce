import { lex, type Token } from './lex.ts';
import { aggregations, type Expression, type Grouping, type Matcher, type Matching } from './syntax.ts';

/** Binary operators, from those that bind least to those that bind most. */
const levels: readonly (readonly string[])[] = [
  ['or'],
  ['and', 'unless'],
  ['==', '!=', '<=', '<', '>=', '>'],
  ['+', '-'],
  ['*', '/', '%', 'atan2'],
  ['^'],
];

/** Reads a PromQL expression; Grafana's variables must have been replaced. Throws where it is none. Pure. */
export function parsePromql(text: string): Expression {
  const reader = new Reader(lex(text), text);
  const expression = readBinary(reader, 0);
  reader.end();
  return expression;
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #text: string;
  #at = 0;

  constructor(tokens: readonly Token[], text: string) {
    this.#tokens = tokens;
    this.#text = text;
  }

  get next(): Token | undefined {
    return this.#tokens[this.#at];
  }

  take(): Token {
    const token = this.next;
    if (token === undefined) throw new Error(`ends too early: ${this.#text}`);
    this.#at += 1;
    return token;
  }

  /** Takes the next token if it is one of these words or signs. */
  takeIf(...texts: readonly string[]): string | undefined {
    const token = this.next;
    if (token === undefined || token.kind === 'text' || !texts.includes(token.text)) return undefined;
    this.#at += 1;
    return token.text;
  }

  expect(text: string): void {
    if (this.takeIf(text) === undefined)
      throw new Error(`${text} is wanted and not ${this.next?.text ?? 'the end'}: ${this.#text}`);
  }

  end(): void {
    if (this.next !== undefined)
      throw new Error(`nothing is wanted and not ${this.next.text}: ${this.#text}`);
  }
}

function readBinary(reader: Reader, level: number): Expression {
  const operators = levels[level];
  if (operators === undefined) return readUnary(reader);
  let left = readBinary(reader, level + 1);
  for (let operator = reader.takeIf(...operators); operator !== undefined; ) {
    reader.takeIf('bool');
    const matching = readMatching(reader);
    const right = readBinary(reader, level + 1);
    left = { kind: 'binary', operator, matching, left, right };
    operator = reader.takeIf(...operators);
  }
  return left;
}

function readMatching(reader: Reader): Matching {
  const grouping = readGrouping(reader, 'on', 'ignoring');
  const side = reader.takeIf('group_left', 'group_right');
  if (side === undefined) return { ...(grouping && { grouping }) };
  const labels = reader.next?.text === '(' ? readLabels(reader) : [];
  return { ...(grouping && { grouping }), many: { side: side === 'group_left' ? 'left' : 'right', labels } };
}

function readUnary(reader: Reader): Expression {
  if (reader.takeIf('-', '+') !== undefined) return readUnary(reader);
  const expression = readPrimary(reader);
  while (readModifier(reader));
  return expression;
}

/** A range, an offset or a moment changes which samples are read, not their labels. */
function readModifier(reader: Reader): boolean {
  if (reader.next?.kind === 'range') {
    reader.take();
    return true;
  }
  if (reader.takeIf('offset') !== undefined) {
    reader.takeIf('-');
    reader.take();
    return true;
  }
  return false;
}

function readPrimary(reader: Reader): Expression {
  if (reader.takeIf('(') !== undefined) {
    const inner = readBinary(reader, 0);
    reader.expect(')');
    return inner;
  }
  if (reader.next?.text === '{' && reader.next.kind === 'sign') return readSelector(reader, '');
  const token = reader.take();
  return readLiteral(token) ?? readWord(reader, token);
}

function readLiteral({ kind, text }: Token): Expression | undefined {
  if (kind === 'number' || kind === 'duration' || /^(inf|nan)$/i.test(text)) return { kind: 'number' };
  return kind === 'text' ? { kind: 'text', value: text } : undefined;
}

function readWord(reader: Reader, { kind, text }: Token): Expression {
  if (kind !== 'word') throw new Error(`an operand is wanted and not ${text}`);
  if (aggregations.has(text)) return readAggregate(reader, text);
  if (reader.next?.text === '(') return { kind: 'call', name: text, args: readArguments(reader) };
  return readSelector(reader, text);
}

function readAggregate(reader: Reader, operator: string): Expression {
  const before = readGrouping(reader, 'by', 'without');
  const args = readArguments(reader);
  const grouping = before ?? readGrouping(reader, 'by', 'without');
  return { kind: 'aggregate', operator, args, ...(grouping && { grouping }) };
}

function readGrouping(reader: Reader, keeps: string, drops: string): Grouping | undefined {
  const word = reader.takeIf(keeps, drops);
  return word === undefined ? undefined : { keeps: word === keeps, labels: readLabels(reader) };
}

function readList<T>(reader: Reader, close: string, readOne: () => T): T[] {
  const all: T[] = [];
  while (reader.takeIf(close) === undefined) {
    all.push(readOne());
    if (reader.takeIf(',') === undefined && reader.next?.text !== close) reader.expect(close);
  }
  return all;
}

function readArguments(reader: Reader): Expression[] {
  reader.expect('(');
  return readList(reader, ')', () => readBinary(reader, 0));
}

function readLabels(reader: Reader): string[] {
  reader.expect('(');
  return readList(reader, ')', () => reader.take().text);
}

function readSelector(reader: Reader, name: string): Expression {
  const matchers = reader.takeIf('{') === undefined ? [] : readList(reader, '}', () => readMatcher(reader));
  const named = matchers.find(({ label, operator }) => label === '__name__' && operator === '=');
  return { kind: 'selector', name: named?.value ?? name, matchers };
}

function readMatcher(reader: Reader): Matcher {
  const label = reader.take().text;
  const operator = reader.takeIf('=', '!=', '=~', '!~');
  if (operator === undefined) throw new Error(`label ${label} is compared with nothing`);
  const { kind, text } = reader.take();
  if (kind !== 'text') throw new Error(`label ${label} is compared with ${text}, which is no string`);
  return { label, operator: operatorOf(operator), value: text };
}

function operatorOf(text: string): Matcher['operator'] {
  switch (text) {
    case '!=':
    case '=~':
    case '!~':
      return text;
    default:
      return '=';
  }
}
