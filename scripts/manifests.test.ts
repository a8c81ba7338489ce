import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { staleFiles, writeFiles } from './manifests.ts';

test('the committed files are those that the schemas give', () => {
  expect(staleFiles(join(import.meta.dirname, '..'))).toEqual([]);
});

test('a changed, a missing and a left-over file are stale, until they are written again', () => {
  const root = mkdtempSync(join(tmpdir(), 'sluice-manifests-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true });
  });
  writeFiles(root);
  expect(staleFiles(root)).toEqual([]);

  appendFileSync(join(root, 'manifests/crds/keptnapps.lifecycle.keptn.sh.yaml'), '# edited\n');
  rmSync(join(root, 'docs/reference/keptn-app.md'));
  writeFileSync(join(root, 'docs/reference/gone.md'), '');
  expect(staleFiles(root)).toEqual([
    'docs/reference/gone.md',
    'docs/reference/keptn-app.md',
    'manifests/crds/keptnapps.lifecycle.keptn.sh.yaml',
  ]);

  writeFiles(root);
  expect(staleFiles(root)).toEqual([]);
});
