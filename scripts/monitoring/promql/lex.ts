/** The least that a PromQL text is made of; `text` of a string is what stands between its quotes. */
export interface Token {
  readonly kind: 'number' | 'duration' | 'text' | 'word' | 'range' | 'sign';
  readonly text: string;
}

const patterns: readonly (readonly [Token['kind'] | 'space', RegExp])[] = [
  ['space', /\s+|#[^\n]*/y],
  ['text', /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/y],
  ['range', /\[[^\]]*\]/y],
  ['duration', /(?:\d+(?:ms|[smhdwy]))+/y],
  ['number', /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['word', /[A-Za-z_:][A-Za-z0-9_:]*/y],
  ['sign', /==|!=|=~|!~|<=|>=|[-+*/%^<>=(){},@]/y],
];

/** Takes a PromQL text apart. Throws, with what is left, at something that is no PromQL. Pure. */
export function lex(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const found = tokenAt(text, at);
    if (found === undefined) throw new Error(`no PromQL from here on: ${text.slice(at)}`);
    const { kind, raw } = found;
    at += raw.length;
    if (kind !== 'space') tokens.push({ kind, text: kind === 'text' ? raw.slice(1, -1) : raw });
  }
  return tokens;
}

function tokenAt(text: string, at: number): { kind: Token['kind'] | 'space'; raw: string } | undefined {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const [raw] = pattern.exec(text) ?? [];
    if (raw !== undefined) return { kind, raw };
  }
  return undefined;
}
