import type { Expression } from './syntax.ts';

/** A run of text: `data` came from an argument, the rest was written in the template. */
export interface Piece {
  readonly text: string;
  readonly data: boolean;
  /** Which argument it came from, for messages. */
  readonly from?: string;
}

/** What an expression is worth. */
export type Value =
  | { readonly kind: 'text'; readonly pieces: readonly Piece[] }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'boolean'; readonly boolean: boolean }
  | { readonly kind: 'arguments' }
  /** No argument has that name; `remedy` says what to do. */
  | { readonly kind: 'missing'; readonly name: string; readonly remedy: string };

/** A text of the template itself. Pure. */
export function codeText(text: string): Value {
  return { kind: 'text', pieces: [{ text, data: false }] };
}

/** A text that came from an argument. Pure. */
export function dataText(text: string, from: string): Value {
  return { kind: 'text', pieces: [{ text, data: true, from }] };
}

/** A literal's value. Pure. */
export function literalValue({ value }: Extract<Expression, { kind: 'literal' }>): Value {
  if (typeof value === 'string') return codeText(value);
  return typeof value === 'number' ? { kind: 'number', number: value } : { kind: 'boolean', boolean: value };
}

/** The text of a value that is one. Pure. */
export function plainText(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join('');
}

/** As Go has it: false, 0, an empty text, no arguments and what is missing are not true. Pure. */
export function isTrue(value: Value, argumentCount: number): boolean {
  switch (value.kind) {
    case 'text':
      return plainText(value.pieces) !== '';
    case 'number':
      return value.number !== 0;
    case 'boolean':
      return value.boolean;
    case 'arguments':
      return argumentCount > 0;
    case 'missing':
      return false;
  }
}
