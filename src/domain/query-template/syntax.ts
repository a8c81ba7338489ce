/** A value to be: what an action computes. `at` is an offset into the template. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean; readonly at: number }
  | { readonly kind: 'root' | 'dot'; readonly at: number }
  | { readonly kind: 'variable'; readonly name: string; readonly at: number }
  /** The argument of that name, of the root (`$.name`) or of the dot (`.name`). */
  | { readonly kind: 'argument'; readonly of: 'root' | 'dot'; readonly name: string; readonly at: number }
  | {
      readonly kind: 'call';
      readonly name: FunctionName;
      readonly operands: readonly Expression[];
      readonly at: number;
    };

/** A part of a parsed template. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output'; readonly value: Expression; readonly at: number }
  | {
      readonly kind: 'if' | 'with';
      readonly value: Expression;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
      readonly at: number;
    }
  | {
      readonly kind: 'range';
      readonly value: Expression;
      /** Names of the variables for key and value, `$` included. */
      readonly names: readonly string[];
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
      readonly at: number;
    };

/** Each function with the least and the most operands. default, regexQuoteMeta: not Go's own, as Helm's users know them. */
export const functions = {
  index: [2, 2],
  printf: [1, 64],
  default: [2, 2],
  regexQuoteMeta: [1, 1],
  eq: [2, 64],
  ne: [2, 2],
  and: [1, 64],
  or: [1, 64],
  not: [1, 1],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;
export type FunctionName = keyof typeof functions;

/** Longest template and longest query, in UTF-16 units. */
export const maxLength = 131_072;
/** How deep actions may be nested, parentheses included. */
export const maxDepth = 32;
/** How much a template may do: loops within loops end here. */
export const maxSteps = 100_000;
