import { TemplateFault } from './fault.ts';
import { type Piece, plainText, type Value } from './value.ts';

/** The pieces of a value that is written out. Throws TemplateFault for what has no text. */
export function piecesOf(value: Value, at: number): readonly Piece[] {
  switch (value.kind) {
    case 'text':
      return value.pieces;
    case 'number':
      return [{ text: String(value.number), data: false }];
    case 'boolean':
      return [{ text: String(value.boolean), data: false }];
    case 'missing':
      throw new TemplateFault(`argument "${value.name}" is missing; ${value.remedy}`, at);
    case 'arguments':
      throw new TemplateFault('all arguments together have no text; name one, or use range', at);
  }
}

/** Where a printf stands, and whether in JSON, where %q is %s: its quotes would end those of the template. */
interface FormatPlace {
  readonly at: number;
  readonly isJson: boolean;
}

/** printf with %s %v %q %d %%. The format is part of the template, never an argument. Throws TemplateFault. */
export function formatPieces(
  format: Value | undefined,
  values: readonly Value[],
  place: FormatPlace,
): Piece[] {
  const { at } = place;
  const parts = formatOf(format, at).split(/(%.?)/su);
  const verbs = parts.filter(isVerb);
  const lacking = verbs[values.length];
  if (lacking !== undefined) throw new TemplateFault(`printf has no value for its ${lacking}`, at);
  if (verbs.length < values.length) {
    throw new TemplateFault('printf has more values than verbs in its format', at);
  }
  const left = values.values();
  return parts.flatMap((part) => {
    const value = isVerb(part) ? left.next().value : undefined;
    if (value !== undefined) return formatted(part, value, place);
    return part === '' ? [] : [{ text: part === '%%' ? '%' : part, data: false }];
  });
}

function isVerb(part: string): boolean {
  return part.startsWith('%') && part !== '%%';
}

function formatOf(format: Value | undefined, at: number): string {
  if (format?.kind === 'text' && !format.pieces.some(({ data }) => data)) return plainText(format.pieces);
  throw new TemplateFault('the first value of printf must be a text written in the template', at);
}

function formatted(verb: string, value: Value, { at, isJson }: FormatPlace): readonly Piece[] {
  const pieces = piecesOf(value, at);
  switch (verb) {
    case '%s':
    case '%v':
      return pieces;
    case '%q':
      return isJson ? pieces : [{ text: goQuoted(plainText(pieces)), data: false }];
    case '%d': {
      const text = plainText(pieces);
      if (!/^[+-]?\d+$/.test(text))
        throw new TemplateFault(`printf %d needs a whole number, not "${text}"`, at);
      return pieces;
    }
    default:
      throw new TemplateFault(`printf knows %s, %v, %q, %d and %%, not "${verb}"`, at);
  }
}

const named: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};

/** As Go's strconv.Quote for what can be printed; the rest as escapes of the same. */
function goQuoted(text: string): string {
  const inner = text.replaceAll(/["\\]|[\p{C}\p{Zl}\p{Zp}]|[^\S ]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const short = named[character];
    if (short !== undefined) return short;
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code > 0xffff
      ? `\\U${code.toString(16).padStart(8, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `"${inner}"`;
}
