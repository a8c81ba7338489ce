import { TemplateFault } from './fault.ts';

/** A piece of a template: text, or what stands between `{{` and `}}` as tokens. */
export type Segment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly tokens: readonly Token[]; readonly at: number };

/** A word of an action. */
export interface Token {
  readonly kind: 'text' | 'number' | 'field' | 'dot' | 'variable' | 'word' | 'sign';
  /** As written; of a text its content, of a field the name without the dot, of a variable the name with `$`. */
  readonly text: string;
  readonly at: number;
}

/** Words end where one of these begins (Go's lexer calls it atTerminator). */
const terminator = /[\s|(),:=]|-?\}\}|$/y;

const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['text', /"(?:[^"\\\n]|\\.)*"/y],
  ['text', /`[^`]*`/y],
  ['number', /[+-]?\d+(?:\.\d+)?/y],
  ['field', /\.[\p{L}_][\p{L}\p{N}_]*/uy],
  ['dot', /\./y],
  ['variable', /\$(?:[\p{L}_][\p{L}\p{N}_]*)?/uy],
  ['word', /[\p{L}_][\p{L}\p{N}_]*/uy],
  ['sign', /:=|[|(),=]/y],
];

/** Splits a template into text and actions; trim marks and comments are gone. Pure. Throws TemplateFault. */
export function lexTemplate(template: string): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  let trimNext = false;
  for (;;) {
    const open = template.indexOf('{{', at);
    const text = template.slice(at, open < 0 ? undefined : open);
    const trimsBefore = open >= 0 && /^-\s/.test(template.slice(open + 2, open + 4));
    segments.push({ kind: 'text', text: trimmed(text, trimNext, trimsBefore) });
    if (open < 0) return segments.filter((one) => one.kind === 'action' || one.text !== '');
    const action = lexAction(template, open, open + (trimsBefore ? 3 : 2));
    if (action.tokens !== undefined) segments.push({ kind: 'action', tokens: action.tokens, at: open });
    at = action.end;
    trimNext = action.trimsAfter;
  }
}

function trimmed(text: string, start: boolean, end: boolean): string {
  const head = start ? text.trimStart() : text;
  return end ? head.trimEnd() : head;
}

interface LexedAction {
  /** Undefined: a comment. */
  readonly tokens: readonly Token[] | undefined;
  readonly trimsAfter: boolean;
  readonly end: number;
}

function lexAction(template: string, open: number, from: number): LexedAction {
  const tokens: Token[] = [];
  let at = skipSpace(template, from);
  if (template.startsWith('/*', at)) return lexComment(template, open, at);
  for (;;) {
    const close = closing(template, at);
    if (close !== undefined) return { tokens, ...close };
    const token = nextToken(template, open, at);
    tokens.push(token.token);
    at = skipSpace(template, token.end);
  }
}

function closing(template: string, at: number): Omit<LexedAction, 'tokens'> | undefined {
  if (template.startsWith('}}', at)) return { trimsAfter: false, end: at + 2 };
  const isTrim = template.startsWith('-}}', at) && /\s/.test(template[at - 1] ?? '');
  return isTrim ? { trimsAfter: true, end: at + 3 } : undefined;
}

function lexComment(template: string, open: number, at: number): LexedAction {
  const end = template.indexOf('*/', at + 2);
  if (end < 0) throw new TemplateFault('the comment is not closed; end it with */}}', open);
  const close = closing(template, skipSpace(template, end + 2));
  if (close === undefined) throw new TemplateFault('a comment must end in */}} or */ -}}', open);
  return { tokens: undefined, ...close };
}

function nextToken(template: string, open: number, at: number): { token: Token; end: number } {
  if (at >= template.length) throw new TemplateFault('the action is not closed; end it with }}', open);
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const found = pattern.exec(template)?.[0];
    if (found === undefined) continue;
    const end = at + found.length;
    if (kind !== 'sign') expectEnd(template, end);
    return { token: { kind, text: contentOf(kind, found, at), at }, end };
  }
  throw badCharacter(template, open, at);
}

/** A field may follow a field or a variable at once, so that the parser can say what it thinks of it. */
function expectEnd(template: string, end: number): void {
  terminator.lastIndex = end;
  if (template[end] === '.' || terminator.test(template)) return;
  throw badCharacter(template, end, end);
}

function badCharacter(template: string, open: number, at: number): TemplateFault {
  const character = String.fromCodePoint(template.codePointAt(at) ?? 0);
  if (character === '"' || character === '`') {
    return new TemplateFault('the quoted text is not closed within its action', at);
  }
  const remedy =
    character === '-'
      ? '; write {{index . "name-with-dashes"}} for an argument whose name has one'
      : character === '{'
        ? '; is the action before it closed?'
        : '';
  return new TemplateFault(`unexpected character ${JSON.stringify(character)}${remedy}`, at || open);
}

function contentOf(kind: Token['kind'], found: string, at: number): string {
  if (kind === 'field') return found.slice(1);
  if (kind !== 'text') return found;
  return found.startsWith('`') ? found.slice(1, -1) : unquoted(found, at);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' };

function unquoted(quoted: string, at: number): string {
  return quoted.slice(1, -1).replaceAll(/\\(.)/g, (_whole, letter: string) => {
    const character = escapes[letter];
    if (character === undefined) throw new TemplateFault(`unknown escape \\${letter} in a quoted text`, at);
    return character;
  });
}

function skipSpace(template: string, at: number): number {
  const space = /\s*/y;
  space.lastIndex = at;
  space.exec(template);
  return space.lastIndex;
}
