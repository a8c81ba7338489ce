import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { run } from '../../scripts/cluster/command.ts';

/** A cluster that nothing answers for. */
const nobody = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'gone', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'nobody', user: {} }],
  contexts: [{ name: 'gone', context: { cluster: 'gone', user: 'nobody' } }],
  'current-context': 'gone',
});

test.concurrent.each([
  ['keep', 0],
  ['release', 1],
])(
  'an API server that does not answer: %s ends with %i and says what it could not do',
  async (choice, code) => {
    const dir = mkdtempSync(join(tmpdir(), 'sluice-uninstall-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const kubeconfig = join(dir, 'kubeconfig');
    writeFileSync(kubeconfig, nobody);
    const args = ['dist/sluice.mjs', 'prepare-uninstall', '--gated-pods', choice];
    const done = await run(process.execPath, args, { env: { KUBECONFIG: kubeconfig } });
    expect(done.code).toBe(code);
    expect(done.stderr).toContain('MutatingWebhookConfiguration sluice could not be removed');
    expect(done.stderr).toContain('pods cannot be listed');
  },
);
