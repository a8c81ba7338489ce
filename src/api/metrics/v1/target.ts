import { admittedWhen } from '../../field-rules.ts';
import { text, z } from '../../schema.ts';

/** A quantity as Kubernetes writes it: 0.5, 500m, 1Ki, 1e3. An unquoted number must be whole. */
const quantity = z.union([z.string(), z.number()]).meta({
  description: 'A number, with a suffix if you like: "0.5", "500m", "1Ki", "1e3".',
  // So that the API server can tell what rules on it cost.
  maxLength: 64,
  pattern:
    '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$',
});
export type QuantityText = string | number;

const fixed = (description: string) => z.object({ fixedValue: quantity }).describe(description).optional();
const range = (description: string) =>
  admittedWhen(z.object({ lowBound: quantity, highBound: quantity }).describe(description), [
    {
      rule: '!isQuantity(string(self.lowBound)) || !isQuantity(string(self.highBound)) || !quantity(string(self.lowBound)).isGreaterThan(quantity(string(self.highBound)))',
      message: 'lowBound must not be greater than highBound',
    },
  ]).optional();

/** The operators, in the order in which they are written into a result. */
export const operatorNames = [
  'lessThanOrEqual',
  'lessThan',
  'greaterThan',
  'greaterThanOrEqual',
  'equalTo',
  'inRange',
  'notInRange',
] as const;
export type OperatorName = (typeof operatorNames)[number];

const operatorFields = z.object({
  lessThanOrEqual: fixed('The value is at most this.'),
  lessThan: fixed('The value is below this.'),
  greaterThan: fixed('The value is above this.'),
  greaterThanOrEqual: fixed('The value is at least this.'),
  equalTo: fixed('The value is this.'),
  inRange: range('The value is within these bounds, both included.'),
  notInRange: range('The value is outside these bounds.'),
});
export type Operator = z.infer<typeof operatorFields>;

const countOf = (names: readonly string[]): string =>
  names.map((name) => `(has(self.${name}) ? 1 : 0)`).join(' + ');

const operator = (description: string) =>
  admittedWhen(operatorFields.describe(description), [
    {
      rule: `${countOf(operatorNames)} == 1`,
      message: `set exactly one of ${operatorNames.join(', ')}`,
    },
  ]);

/** Operators that compare with earlier results. */
export const comparisonOperators = [
  'lessThanOrEqual',
  'lessThan',
  'greaterThan',
  'greaterThanOrEqual',
] as const;
export type ComparisonOperator = (typeof comparisonOperators)[number];

const offset = (description: string) =>
  admittedWhen(text(description), [
    {
      rule: "self.matches('^[+-][0-9]+([.][0-9]+)?%?$')",
      message: 'must be a signed number or percentage; write for example "+10%", "-5%" or "+50"',
    },
  ]).meta({ maxLength: 32 });

const comparisonFields = z.object({
  lessThanOrEqual: offset('The value is at most the earlier one with this added, such as "+10%".').optional(),
  lessThan: offset('The value is below the earlier one with this added.').optional(),
  greaterThan: offset('The value is above the earlier one with this added.').optional(),
  greaterThanOrEqual: offset('The value is at least the earlier one with this added.').optional(),
});
export type Comparison = z.infer<typeof comparisonFields>;

const comparison = (description: string) =>
  admittedWhen(comparisonFields.describe(description), [
    {
      rule: `${countOf(comparisonOperators)} == 1`,
      message: `set exactly one of ${comparisonOperators.join(', ')}`,
    },
  ]);

/** What an objective's value is held against. */
export const targetSchema = z
  .object({
    failure: operator('When this holds, the objective has failed.').optional(),
    warning: operator('When this holds and the objective has not failed, it counts half.').optional(),
    comparison: z
      .object({
        failure: comparison(
          'When this holds against earlier results, the objective has failed, whatever target.failure says.',
        ).optional(),
        warning: comparison(
          'When this holds against earlier results and the objective has not failed, it counts half.',
        ).optional(),
      })
      .describe(
        'Compares with earlier Analyses of the same definition, as spec.compareWith says. Where there is none, nothing of it holds.',
      )
      .optional(),
  })
  .describe('What the value is held against. Without any operator the objective always passes.');
export type Target = z.infer<typeof targetSchema>;
