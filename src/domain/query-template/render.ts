import { TemplateFault } from './fault.ts';
import { formatPieces, piecesOf } from './format.ts';
import { QueryWriter, type Quoting } from './quoting.ts';
import { type Expression, type FunctionName, maxLength, maxSteps, type Node } from './syntax.ts';
import { codeText, dataText, isTrue, literalValue, type Piece, plainText, type Value } from './value.ts';

/** The arguments of an Analysis, by name. */
export type Arguments = Readonly<Record<string, string>>;

interface Scope {
  readonly dot: Value;
  readonly variables: ReadonlyMap<string, Value>;
}

/** Fills in a parsed template. Pure. Throws TemplateFault. */
export function renderNodes(nodes: readonly Node[], args: Arguments, quoting: Quoting): string {
  const renderer = new Renderer(args, quoting);
  renderer.render(nodes, { dot: { kind: 'arguments' }, variables: new Map() });
  return renderer.text;
}

class Renderer {
  readonly #args: Arguments;
  readonly #writer: QueryWriter;
  readonly #isJson: boolean;
  #steps = 0;

  constructor(args: Arguments, quoting: Quoting) {
    this.#args = args;
    this.#writer = new QueryWriter(quoting);
    this.#isJson = quoting.isJson === true;
  }

  get text(): string {
    return this.#writer.text;
  }

  render(nodes: readonly Node[], scope: Scope): void {
    for (const node of nodes) this.#renderNode(node, scope);
  }

  #renderNode(node: Node, scope: Scope): void {
    if (node.kind === 'text') {
      this.#writer.writeCode(node.text);
      return;
    }
    this.#count(node.at);
    const value = this.#evaluate(node.value, scope);
    switch (node.kind) {
      case 'output':
        this.#write(piecesOf(value, node.at), node.at);
        return;
      case 'if':
        this.render(this.#isTrue(value) ? node.body : node.otherwise, scope);
        return;
      case 'with':
        if (this.#isTrue(value)) this.render(node.body, { ...scope, dot: value });
        else this.render(node.otherwise, scope);
        return;
      case 'range':
        this.#renderRange(node, value, scope);
    }
  }

  #renderRange(node: Extract<Node, { kind: 'range' }>, value: Value, scope: Scope): void {
    if (value.kind !== 'arguments') {
      throw new TemplateFault('range goes over all arguments, as in range $key, $value := .', node.at);
    }
    const names = Object.keys(this.#args).toSorted(byBytes);
    if (names.length === 0) this.render(node.otherwise, scope);
    for (const name of names) {
      this.#count(node.at);
      const item = this.#argument(name);
      const pair = node.names.length === 2 ? [dataText(name, name), item] : [item];
      const variables = new Map(scope.variables);
      node.names.forEach((variable, i) => {
        variables.set(variable, pair[i] ?? item);
      });
      this.render(node.body, { dot: item, variables });
    }
  }

  #write(pieces: readonly Piece[], at: number): void {
    for (const { text, data, from } of pieces) {
      if (!data) {
        this.#writer.writeCode(text);
        continue;
      }
      const refusal = this.#writer.writeData(text);
      if (refusal !== undefined) throw new TemplateFault(`argument "${from ?? ''}" ${refusal}`, at);
    }
    this.#count(at);
  }

  #evaluate(expression: Expression, scope: Scope): Value {
    this.#count(expression.at);
    switch (expression.kind) {
      case 'literal':
        return literalValue(expression);
      case 'root':
        return { kind: 'arguments' };
      case 'dot':
        return scope.dot;
      case 'variable':
        return scope.variables.get(expression.name) ?? this.#missing(expression.name);
      case 'argument':
        if (expression.of === 'dot' && scope.dot.kind !== 'arguments') {
          throw new TemplateFault(
            `the dot is a text here and has no field "${expression.name}"; write $.${expression.name}`,
            expression.at,
          );
        }
        return this.#argument(expression.name);
      case 'call':
        return this.#call(expression, scope);
    }
  }

  #call(call: Extract<Expression, { kind: 'call' }>, scope: Scope): Value {
    const { name, operands, at } = call;
    if (name === 'and' || name === 'or') return this.#firstThat(name === 'or', operands, scope);
    const values = operands.map((operand) => this.#evaluate(operand, scope));
    return this.#apply(name, values, at);
  }

  #apply(name: Exclude<FunctionName, 'and' | 'or'>, values: readonly Value[], at: number): Value {
    const [first = codeText(''), second = codeText('')] = values;
    switch (name) {
      case 'index':
        return this.#index(first, second, at);
      case 'printf':
        return bounded(formatPieces(first, values.slice(1), { at, isJson: this.#isJson }), at);
      case 'default':
        return this.#isTrue(second) ? second : first;
      case 'regexQuoteMeta':
        return bounded(piecesOf(first, at).map(quotedMeta), at);
      case 'eq':
        return truth(values.slice(1).some((other) => isEqual(first, other, at)));
      case 'ne':
        return truth(!isEqual(first, second, at));
      case 'not':
        return truth(!this.#isTrue(first));
    }
  }

  /** The first operand that is true (or) or is not (and), else the last one; the rest is not looked at, as in Go. */
  #firstThat(wanted: boolean, operands: readonly Expression[], scope: Scope): Value {
    let value: Value = { kind: 'boolean', boolean: !wanted };
    for (const operand of operands) {
      value = this.#evaluate(operand, scope);
      if (this.#isTrue(value) === wanted) return value;
    }
    return value;
  }

  #index(of: Value, key: Value, at: number): Value {
    if (of.kind !== 'arguments')
      throw new TemplateFault('index looks into the arguments, as in index . "name"', at);
    return this.#argument(plainText(piecesOf(key, at)));
  }

  #argument(name: string): Value {
    const text = Object.hasOwn(this.#args, name) ? this.#args[name] : undefined;
    return text === undefined ? this.#missing(name) : dataText(text, name);
  }

  #missing(name: string): Value {
    const remedy = this.#isJson
      ? 'there is no such field of a notification'
      : `set spec.args.${name} of the Analysis`;
    return { kind: 'missing', name, remedy };
  }

  #isTrue(value: Value): boolean {
    return isTrue(value, Object.keys(this.#args).length);
  }

  #count(at: number): void {
    this.#steps += 1;
    if (this.#steps > maxSteps) throw new TemplateFault('the template does too much', at);
    if (this.#writer.text.length > maxLength) {
      throw new TemplateFault(`the query becomes longer than ${maxLength} characters`, at);
    }
  }
}

/** Go sorts the keys of a map by their bytes, which for what arguments are called is the order of code points. */
function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function truth(boolean: boolean): Value {
  return { kind: 'boolean', boolean };
}

function quotedMeta(piece: Piece): Piece {
  return { ...piece, text: piece.text.replaceAll(/[\\.+*?()|[\]{}^$]/g, String.raw`\$&`) };
}

function bounded(pieces: readonly Piece[], at: number): Value {
  const length = pieces.reduce((sum, { text }) => sum + text.length, 0);
  if (length > maxLength) throw new TemplateFault(`a value becomes longer than ${maxLength} characters`, at);
  return { kind: 'text', pieces };
}

function isEqual(a: Value, b: Value, at: number): boolean {
  if (a.kind === 'missing' || b.kind === 'missing') return a.kind === b.kind;
  if (a.kind === 'arguments' || b.kind === 'arguments') {
    throw new TemplateFault('all arguments together cannot be compared; name one', at);
  }
  if (a.kind === 'boolean' || b.kind === 'boolean') {
    return a.kind === b.kind && JSON.stringify(a) === JSON.stringify(b);
  }
  return plainText(piecesOf(a, at)) === plainText(piecesOf(b, at));
}
