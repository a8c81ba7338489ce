import { expect, test } from 'vitest';
import { stampOf } from './stamp.ts';

const input = {
  files: { 'go.mod': 'module a', 'main.go': 'package main' },
  commands: [['build', '.']],
  platform: 'linux/x64',
};

test('the order in which files are listed does not matter', () => {
  const turned = { ...input, files: { 'main.go': 'package main', 'go.mod': 'module a' } };
  expect(stampOf(turned)).toBe(stampOf(input));
});

test.each([
  ['a file', { ...input, files: { ...input.files, 'go.mod': 'module b' } }],
  ['a file more', { ...input, files: { ...input.files, 'go.sum': '' } }],
  ['a flag', { ...input, commands: [['build', '-v', '.']] }],
  ['the platform', { ...input, platform: 'linux/arm64' }],
  ['where one file ends', { ...input, files: { 'go.mod': 'module amain.go', 'main.go': 'package main' } }],
])('%s changes it', (_what, changed) => {
  expect(stampOf(changed)).not.toBe(stampOf(input));
});
