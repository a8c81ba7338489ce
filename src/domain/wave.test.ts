import { expect, test } from 'vitest';
import { parseWave } from './wave.ts';

test.each([
  [undefined, 0],
  ['0', 0],
  ['-0', 0],
  ['3', 3],
  ['-2', -2],
  ['+4', 4],
  [' 5 ', 5],
])('keptn.sh/wave "%s" is wave %d', (text, wave) => {
  expect(parseWave(text)).toStrictEqual({ wave });
});

test.each(['first', '1.5', '1e3', '0x10', '2147483648', '--1', '∞'])(
  'keptn.sh/wave "%s" counts as 0, with a warning that names the key and the value',
  (text) => {
    const { wave, warning } = parseWave(text);
    expect(wave).toBe(0);
    expect(warning).toContain(`keptn.sh/wave is "${text}"`);
  },
);
