import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exampleFolder } from './example.ts';
import { splitPodtato } from './podtato.ts';

test('the example is six Deployments of one version, apart from what they need', () => {
  const folder = exampleFolder('podtato');
  const rendered = readdirSync(folder)
    .filter((file) => file !== 'kustomization.yaml')
    .map((file) => readFileSync(`${folder}/${file}`, 'utf8'))
    .join('---\n');
  const example = splitPodtato(rendered, '1.0.9');
  expect(example.size).toBe(6);
  expect(example.deployments.match(/version: 1\.0\.9$/gm)).toHaveLength(6);
  expect(example.surroundings).toContain('name: warehouse');
  expect(example.surroundings).toContain('kind: KeptnAppContext');
  expect(example.surroundings).not.toContain('part-of: podtato-head');
});
