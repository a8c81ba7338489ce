import { TemplateFault } from './fault.ts';
import { lexTemplate, type Segment, type Token } from './lex.ts';
import { parsePipeline, TokenReader } from './parse-expression.ts';
import { type Expression, maxDepth, maxLength, type Node } from './syntax.ts';

/** Parses a whole template. Pure. Throws TemplateFault. */
export function parseNodes(template: string): readonly Node[] {
  if (template.length > maxLength) {
    throw new TemplateFault(`the template is longer than ${maxLength} characters`, maxLength);
  }
  const parser = new Parser(lexTemplate(template), template.length);
  return parser.parseAll();
}

type Action = Extract<Segment, { kind: 'action' }>;
type Scope = { readonly variables: readonly string[]; readonly depth: number };

/** What ended a list of nodes: the word, and the rest of its action. */
interface Ending {
  readonly word: 'end' | 'else';
  readonly rest: TokenReader;
  readonly at: number;
}

/** Words of Go's templates that mean something we do not do. */
const unsupported = new Set(['template', 'define', 'block', 'break', 'continue']);

class Parser {
  readonly #segments: readonly Segment[];
  readonly #end: number;
  #next = 0;

  constructor(segments: readonly Segment[], end: number) {
    this.#segments = segments;
    this.#end = end;
  }

  parseAll(): readonly Node[] {
    const { nodes, ending } = this.#parseList({ variables: [], depth: 0 });
    if (ending !== undefined) throw new TemplateFault(`"${ending.word}" has no beginning`, ending.at);
    return nodes;
  }

  #parseList(scope: Scope): { nodes: Node[]; ending: Ending | undefined } {
    const nodes: Node[] = [];
    for (;;) {
      const segment = this.#segments[this.#next];
      this.#next += 1;
      if (segment === undefined) return { nodes, ending: undefined };
      if (segment.kind === 'text') {
        nodes.push(segment);
        continue;
      }
      const ending = endingOf(segment, this.#end);
      if (ending !== undefined) return { nodes, ending };
      nodes.push(this.#parseAction(segment, scope));
    }
  }

  #parseAction(action: Action, scope: Scope): Node {
    const [first, ...rest] = action.tokens;
    if (first?.kind === 'word') {
      if (unsupported.has(first.text)) {
        throw new TemplateFault(`"${first.text}" cannot be used in a query template`, first.at);
      }
      const reader = new TokenReader(rest, action.at);
      if (first.text === 'if' || first.text === 'with') {
        return this.#parseChoice(first.text, reader, action.at, scope);
      }
      if (first.text === 'range') return this.#parseRange(reader, action.at, scope);
    }
    return { kind: 'output', value: wholePipeline(readerOf(action), scope), at: action.at };
  }

  #parseChoice(kind: 'if' | 'with', reader: TokenReader, at: number, scope: Scope): Node {
    const value = wholePipeline(reader, scope);
    const { body, otherwise } = this.#parseBranches(kind, at, scope, scope);
    return { kind, value, body, otherwise, at };
  }

  #parseRange(reader: TokenReader, at: number, scope: Scope): Node {
    const names = rangeNames(reader);
    const value = wholePipeline(reader, scope);
    const inner = { ...scope, variables: [...scope.variables, ...names] };
    const { body, otherwise } = this.#parseBranches('range', at, inner, scope);
    return { kind: 'range', value, names, body, otherwise, at };
  }

  #parseBranches(
    word: string,
    at: number,
    inner: Scope,
    outer: Scope,
  ): { body: readonly Node[]; otherwise: readonly Node[] } {
    if (outer.depth >= maxDepth) throw new TemplateFault(`actions are nested deeper than ${maxDepth}`, at);
    const { nodes: body, ending } = this.#parseList({ ...inner, depth: outer.depth + 1 });
    if (ending === undefined) throw new TemplateFault(`"${word}" has no {{end}}`, at);
    if (ending.word === 'end') return { body, otherwise: [] };
    return { body, otherwise: this.#parseElse(word, ending, outer) };
  }

  #parseElse(word: string, { rest, at }: Ending, outer: Scope): readonly Node[] {
    const scope = { ...outer, depth: outer.depth + 1 };
    const next = rest.peek();
    if (next?.kind === 'word' && next.text === word && (word === 'if' || word === 'with')) {
      rest.take();
      return [this.#parseChoice(word, rest, at, scope)];
    }
    rest.expectEnd();
    const { nodes, ending } = this.#parseList(scope);
    if (ending?.word !== 'end') throw new TemplateFault(`"${word}" has no {{end}} after its "else"`, at);
    return nodes;
  }
}

function endingOf({ tokens, at }: Action, end: number): Ending | undefined {
  const [first, ...rest] = tokens;
  if (first?.kind !== 'word' || (first.text !== 'end' && first.text !== 'else')) return undefined;
  const reader = new TokenReader(rest, end);
  if (first.text === 'end') reader.expectEnd();
  return { word: first.text, rest: reader, at };
}

function readerOf({ tokens, at }: Action): TokenReader {
  return new TokenReader(tokens, at);
}

function wholePipeline(reader: TokenReader, { variables }: Scope): Expression {
  const value = parsePipeline(reader, variables);
  reader.expectEnd();
  return value;
}

/** `$value :=` or `$key, $value :=`, if that stands there. */
function rangeNames(reader: TokenReader): readonly string[] {
  const words: (Token | undefined)[] = [0, 1, 2, 3].map((further) => reader.peek(further));
  const shape = words.map((token) => (token?.kind === 'sign' ? token.text : (token?.kind ?? ''))).join(' ');
  const count = shape.startsWith('variable :=') ? 2 : shape === 'variable , variable :=' ? 4 : 0;
  const names: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const token = reader.take();
    if (token?.kind !== 'variable') continue;
    if (token.text === '$')
      throw new TemplateFault('$ stands for all arguments; name the variable', token.at);
    names.push(token.text);
  }
  return names;
}
