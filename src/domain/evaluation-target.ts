import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { parseGoFloat } from './go-float.ts';

const example = 'write < or > and a number, such as "<10" or ">99.5"';

/**
 * Whether a metric's value meets an objective's target: `<` or `>`, strictly, and a number. NaN on either side never
 * meets one. Error: malformed, naming the value or the target and what is wrong with it. Pure.
 * Source: Keptn, whose numbers are those of Go's strconv.ParseFloat.
 */
export function meetsTarget(value: string, target: string): Result<boolean, SluiceError> {
  if (value === '') return refused('the metric has no value');
  if (target === '') return refused(`the evaluationTarget is empty; ${example}`);
  const measured = parseGoFloat(value);
  if (measured === undefined) return refused(`value "${value}" is not a number`);
  const operator = target.slice(0, 1);
  const bound = parseGoFloat(target.slice(1));
  if (operator !== '<' && operator !== '>') {
    return refused(`evaluationTarget "${target}" begins with "${operator}"; ${example}`);
  }
  if (bound === undefined) {
    return refused(`evaluationTarget "${target}" has "${target.slice(1)}" for a number; ${example}`);
  }
  return ok(operator === '<' ? measured < bound : measured > bound);
}

function refused(message: string): Result<never, SluiceError> {
  return err(failure('malformed', message));
}
