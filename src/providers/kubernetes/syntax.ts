/** One step from a value into what it holds. */
export type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  /** Every entry of a list, every value of a map. */
  | { readonly kind: 'each' }
  /** The entries of a list whose field of that name holds this text, such as `[type=Ready]`. */
  | { readonly kind: 'entry'; readonly name: string; readonly text: string };

/** A way into an object, such as `spec.containers[*].resources.requests.cpu`. */
export interface FieldPath {
  /** As it was written, for messages. */
  readonly text: string;
  readonly steps: readonly Step[];
}

/** How a condition compares; `exists` and `absent` compare with nothing. */
export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'exists' | 'absent';

/** What must hold of an object for it to be taken in. */
export interface Condition {
  readonly path: FieldPath;
  readonly comparison: Comparison;
  readonly text: string;
}

/** What becomes of the objects that are taken in. */
export const functionNames = ['count', 'sum', 'min', 'max', 'avg'] as const;
export type FunctionName = (typeof functionNames)[number];

/** What an object without the field means: it is left out, it counts as 0, or nothing is measured. */
export const missingRules = ['skip', '0', 'error'] as const;
export type MissingRule = (typeof missingRules)[number];

/** One function over the objects of a resource. */
export interface Call {
  /** As it was written, for people. */
  readonly text: string;
  readonly function: FunctionName;
  /** As it was written: `pods`, `deployments.apps`, `apps/v1/deployments`. */
  readonly resource: string;
  /** What is taken of each object; only count can do without. */
  readonly path?: FieldPath;
  readonly namespace?: string;
  /** In the API's own syntax, as is `fields`. */
  readonly labels?: string;
  readonly fields?: string;
  readonly where: readonly Condition[];
  readonly missing: MissingRule;
}

export type ArithmeticSign = '+' | '-' | '*' | '/';

/** What a query of a `kubernetes` provider says. */
export type Expression =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'negated'; readonly of: Expression }
  | {
      readonly kind: 'arithmetic';
      readonly sign: ArithmeticSign;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'call'; readonly call: Call };

/** The calls of an expression, from left to right. Pure. */
export function callsOf(expression: Expression): readonly Call[] {
  switch (expression.kind) {
    case 'number':
      return [];
    case 'negated':
      return callsOf(expression.of);
    case 'arithmetic':
      return [...callsOf(expression.left), ...callsOf(expression.right)];
    case 'call':
      return [expression.call];
  }
}
