import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { parseGoFloat } from '../go-float.ts';

const operators = ['<=', '>=', '<', '=', '>'] as const;
export type CriterionOperator = (typeof operators)[number];

/** One criterion of slo.yaml, such as `<600`, `<=+10%` or `>-5`. */
export interface Criterion {
  readonly text: string;
  readonly operator: CriterionOperator;
  /** The number behind operator and sign, as it is written. */
  readonly number: string;
  readonly value: number;
  /** Present: the target is an earlier value with this much more or less. */
  readonly relative?: { readonly increase: boolean; readonly percent: boolean };
}

/**
 * Reads a criterion. Blanks mean nothing; a sign or a percent sign makes it relative, so that no absolute threshold is
 * negative. Error: malformed, in the words of Keptn. Pure. Source: Keptn v1, lighthouse-service.
 */
export function parseCriterion(text: string): Result<Criterion, SluiceError> {
  const compact = text.replace(/\s/g, '');
  if (!/^[<|=>]/.test(compact)) return err(failure('malformed', 'invalid criteria string'));
  const unreadable = err(failure('malformed', 'could not parse criteria target value'));
  const operator = operators.find((known) => compact.startsWith(known));
  if (operator === undefined) return unreadable;
  const rest = compact.slice(operator.length);
  const sign = /^[+-]/.exec(rest)?.[0];
  const percent = rest.endsWith('%');
  const number = rest.slice(sign === undefined ? 0 : 1, percent ? -1 : undefined);
  const value = /x/i.test(number) ? undefined : parseGoFloat(number);
  if (value === undefined) return unreadable;
  const relative = sign === undefined && !percent ? {} : { relative: { increase: sign !== '-', percent } };
  return ok({ text, operator, number, value, ...relative });
}

/** What a value is held against. `earlier` is the value that relative criteria start from. Pure. */
export function targetValue({ value, relative }: Criterion, earlier: number): number {
  if (relative === undefined) return value;
  const signed = relative.increase ? value : -value;
  // In this order, as Keptn did: another one ends in other digits.
  return relative.percent ? (earlier * (100 + signed)) / 100 : earlier + signed;
}

/** Whether a value meets a criterion with that target. Pure. */
export function meets(operator: CriterionOperator, value: number, target: number): boolean {
  switch (operator) {
    case '<':
      return value < target;
    case '<=':
      return value <= target;
    case '=':
      return value === target;
    case '>=':
      return value >= target;
    case '>':
      return value > target;
  }
}
