import { z } from '../api/schema.ts';
import { decimalText } from './decimal.ts';

/** A number of JSON, whole ones of any size as bigint; given as plain decimal text. */
export const measured = z.union([z.number(), z.bigint()]).transform((number) => plain(number));

function plain(number: number | bigint): string {
  return decimalText(String(number)) ?? 'NaN';
}

/** The samples as a list that is known to hold one; undefined: it holds none. Pure. */
export function atLeastOne(samples: readonly string[]): readonly [string, ...string[]] | undefined {
  const [first, ...rest] = samples;
  return first === undefined ? undefined : [first, ...rest];
}
