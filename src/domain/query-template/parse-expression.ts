import { TemplateFault } from './fault.ts';
import type { Token } from './lex.ts';
import { type Expression, type FunctionName, functions, maxDepth } from './syntax.ts';

/** The tokens of one action, read from the left. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #next = 0;

  /** `end` is where an error about a missing token points. */
  constructor(tokens: readonly Token[], end: number) {
    this.#tokens = tokens;
    this.#end = end;
  }

  /** Where the next token is. */
  get at(): number {
    return this.peek()?.at ?? this.#end;
  }

  /** The next token, or one further. */
  peek(further = 0): Token | undefined {
    return this.#tokens[this.#next + further];
  }

  /** Takes the next token. */
  take(): Token | undefined {
    const token = this.peek();
    this.#next += 1;
    return token;
  }

  /** Takes the next token when it is this sign. */
  takeSign(text: string): boolean {
    const token = this.peek();
    const matches = token?.kind === 'sign' && token.text === text;
    if (matches) this.#next += 1;
    return matches;
  }

  /** Fails unless all has been read. */
  expectEnd(): void {
    const token = this.peek();
    if (token !== undefined) throw new TemplateFault(`unexpected "${token.text}"`, token.at);
  }
}

/** Reads operands and pipes as far as they go. `variables` are those that are in scope. Throws TemplateFault. */
export function parsePipeline(reader: TokenReader, variables: readonly string[], depth = 0): Expression {
  if (depth > maxDepth) throw new TemplateFault('parentheses are nested too deep', reader.at);
  let value = parseCommand(reader, { variables, depth }, undefined);
  while (reader.takeSign('|')) value = parseCommand(reader, { variables, depth }, value);
  return value;
}

interface Scope {
  readonly variables: readonly string[];
  readonly depth: number;
}

/** One function with its operands, or one value. What came through the pipe is the last operand. */
function parseCommand(reader: TokenReader, scope: Scope, piped: Expression | undefined): Expression {
  const first = reader.peek();
  if (first?.kind === 'word' && !constants.has(first.text)) {
    reader.take();
    return call(first, [...operands(reader, scope), ...(piped === undefined ? [] : [piped])]);
  }
  const value = parseOperand(reader, scope);
  const [extra] = operands(reader, scope);
  if (extra !== undefined) throw new TemplateFault('only a function takes values after it', extra.at);
  if (piped !== undefined) throw new TemplateFault('a pipe must lead to a function', value.at);
  return value;
}

function operands(reader: TokenReader, scope: Scope): Expression[] {
  const found: Expression[] = [];
  for (let next = reader.peek(); next !== undefined; next = reader.peek()) {
    if (next.kind === 'sign' && next.text !== '(') break;
    found.push(parseOperand(reader, scope));
  }
  return found;
}

const constants = new Map<string, boolean>([
  ['true', true],
  ['false', false],
]);

function parseOperand(reader: TokenReader, scope: Scope): Expression {
  const token = reader.take();
  if (token === undefined) throw new TemplateFault('a value is missing', reader.at);
  switch (token.kind) {
    case 'text':
      return { kind: 'literal', value: token.text, at: token.at };
    case 'number':
      return { kind: 'literal', value: Number(token.text), at: token.at };
    case 'dot':
      return { kind: 'dot', at: token.at };
    case 'field':
      return argument(reader, 'dot', token);
    case 'variable':
      return variable(reader, token, scope.variables);
    case 'word':
      return word(token);
    case 'sign':
      return parenthesized(reader, token, scope);
  }
}

function word(token: Token): Expression {
  const value = constants.get(token.text);
  if (value !== undefined) return { kind: 'literal', value, at: token.at };
  return call(token, []);
}

function parenthesized(reader: TokenReader, token: Token, { variables, depth }: Scope): Expression {
  if (token.text !== '(') throw new TemplateFault(`a value is missing before "${token.text}"`, token.at);
  const value = parsePipeline(reader, variables, depth + 1);
  if (!reader.takeSign(')')) throw new TemplateFault('the parenthesis is not closed', token.at);
  refuseField(reader, 'a value in parentheses');
  return value;
}

function variable(reader: TokenReader, token: Token, variables: readonly string[]): Expression {
  const next = reader.peek();
  const isJoined = next?.kind === 'field' && next.at === token.at + token.text.length;
  if (token.text === '$') {
    if (!isJoined) return { kind: 'root', at: token.at };
    reader.take();
    return argument(reader, 'root', next);
  }
  if (!variables.includes(token.text)) {
    throw new TemplateFault(
      `${token.text} is not known here; a variable can only be set by range, as in range $key, $value := .`,
      token.at,
    );
  }
  if (isJoined) throw new TemplateFault(`${token.text} is a text and has no field "${next.text}"`, next.at);
  return { kind: 'variable', name: token.text, at: token.at };
}

function argument(reader: TokenReader, of: 'root' | 'dot', token: Token): Expression {
  const next = reader.peek();
  if (next?.kind === 'field' && next.at === token.at + 1 + token.text.length) {
    throw new TemplateFault(`argument "${token.text}" is a text and has no field "${next.text}"`, next.at);
  }
  return { kind: 'argument', of, name: token.text, at: token.at };
}

function refuseField(reader: TokenReader, what: string): void {
  const next = reader.peek();
  if (next?.kind === 'field') throw new TemplateFault(`${what} has no field "${next.text}"`, next.at);
}

function call({ text, at }: Token, given: readonly Expression[]): Expression {
  if (!isFunction(text)) {
    const known = Object.keys(functions).join(', ');
    throw new TemplateFault(`"${text}" is no function of query templates; there are ${known}`, at);
  }
  const [least, most] = functions[text];
  if (given.length < least || given.length > most) {
    const wanted = least === most ? `${least}` : `at least ${least}`;
    throw new TemplateFault(
      `${text} takes ${wanted} ${least === 1 ? 'value' : 'values'}, not ${given.length}`,
      at,
    );
  }
  return { kind: 'call', name: text, operands: given, at };
}

function isFunction(text: string): text is FunctionName {
  return Object.hasOwn(functions, text);
}
