import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { type Amount, amountOf, calculate, commonUnit, compareAmounts, readAmount, zero } from './amount.ts';
import { holds } from './condition.ts';
import { type Found, follow, isScalar } from './field-path.ts';
import type { Call, FieldPath } from './syntax.ts';

/** What has been taken in so far; nothing of an object is kept. */
interface Total {
  /** Objects for which all conditions held. */
  objects: number;
  /** Values that a path found, zeros for missing ones included. */
  values: number;
  /** Sum, lowest or highest, by the function; undefined before the first value. */
  amount: Amount | undefined;
}

/** Works out one call over objects that come one by one, in memory that does not grow with their number. */
export class Fold {
  readonly #call: Call;
  readonly #total: Total = { objects: 0, values: 0, amount: undefined };

  constructor(call: Call) {
    this.#call = call;
  }

  /** Takes in one object, unless a condition leaves it out. Error: malformed, naming the object and the field. */
  take(object: unknown): Result<void, SluiceError> {
    const { where, path } = this.#call;
    if (!where.every((condition) => holds(condition, object))) return ok(undefined);
    this.#total.objects += 1;
    if (path === undefined) return ok(undefined);
    const found = follow(object, path);
    if (found.missing > 0 && this.#call.missing === 'error')
      return refused(
        `${nameOf(object)} has no ${path.text}; missing="skip" would leave it out, missing="0" count it as 0`,
      );
    return this.#takeFound(found, object, path);
  }

  #takeFound({ values, missing }: Found, object: unknown, path: FieldPath): Result<void, SluiceError> {
    if (this.#call.function === 'count') {
      this.#total.values += values.length;
      return ok(undefined);
    }
    for (const value of values) {
      const taken = isNumeric(value) ? readAmount(value) : refused(`it is ${describe(value)}`);
      const result = taken.ok ? this.#add(taken.value) : taken;
      if (!result.ok)
        return refused(`${path.text} of ${nameOf(object)} cannot be taken: ${result.error.message}`);
    }
    if (missing > 0 && this.#call.missing === '0')
      for (let each = 0; each < missing; each += 1) this.#add(zero);
    return ok(undefined);
  }

  #add(value: Amount): Result<void, SluiceError> {
    const { amount: before } = this.#total;
    this.#total.values += 1;
    const next = before === undefined ? ok(value) : this.#joined(before, value);
    if (next.ok) this.#total.amount = next.value;
    return next.ok ? ok(undefined) : next;
  }

  #joined(before: Amount, value: Amount): Result<Amount, SluiceError> {
    if (this.#call.function === 'sum' || this.#call.function === 'avg') return calculate(before, '+', value);
    const unit = commonUnit(before, value);
    if (!unit.ok) return unit;
    const order = compareAmounts(value, before);
    const isBetter = this.#call.function === 'min' ? order < 0 : order > 0;
    const { numerator, denominator } = isBetter ? value : before;
    return ok({ numerator, denominator, ...(unit.value === undefined ? {} : { unit: unit.value }) });
  }

  /**
   * The value of the call. Errors: malformed, where there are objects and none has the field, since it is then most likely
   * misspelt; not-found, where there is nothing to take the lowest, highest or average of.
   */
  finish(): Result<Amount, SluiceError> {
    const { function: name, path, missing, resource } = this.#call;
    const { objects, values, amount } = this.#total;
    if (name === 'count') return ok(amountOf(path === undefined ? objects : values));
    if (amount === undefined && objects > 0 && missing !== '0')
      return refused(
        `none of ${objects} ${resource} has ${path?.text ?? 'the field'}; correct the path, or write missing="0" if they count as 0`,
      );
    if (name === 'sum') return ok(amount ?? zero);
    if (amount === undefined)
      return err(
        failure('not-found', `no values in query result: ${name} was asked for and there are no ${resource}`),
      );
    return name === 'avg' ? calculate(amount, '/', amountOf(values)) : ok(amount);
  }
}

function isNumeric(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list, whose entries [*] takes';
  return isScalar(value)
    ? `${String(value)}, which is no number`
    : 'an object, of which a field can be taken';
}

const metadataName: FieldPath = path('metadata', 'name');
const metadataNamespace: FieldPath = path('metadata', 'namespace');

function path(...names: readonly string[]): FieldPath {
  return { text: names.join('.'), steps: names.map((name) => ({ kind: 'field', name })) };
}

function nameOf(object: unknown): string {
  const [name] = follow(object, metadataName).values;
  const [namespace] = follow(object, metadataNamespace).values;
  return [namespace, name].filter(isScalar).join('/') || 'an object without a name';
}

function refused(message: string): Result<never, SluiceError> {
  return err(failure('malformed', message));
}
