import { annotations as keys } from '../api/constants.ts';

const wholeNumber = /^[+-]?\d+$/;
/** What an int32 field of a resource holds. */
const [least, most] = [-(2 ** 31), 2 ** 31 - 1];

/** The wave that a value of keptn.sh/wave names; 0 when there is none and, with a warning, when it is no whole number. Pure. */
export function parseWave(text: string | undefined): { readonly wave: number; readonly warning?: string } {
  if (text === undefined) return { wave: 0 };
  const trimmed = text.trim();
  // Adding zero turns -0 into 0, which is written as such.
  const wave = wholeNumber.test(trimmed) ? Number(trimmed) + 0 : Number.NaN;
  if (wave >= least && wave <= most) return { wave };
  return { wave: 0, warning: `${keys.wave} is "${text}", which is no whole number: wave 0 counts` };
}
