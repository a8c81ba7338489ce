import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderInto } from '../test/architecture/render.ts';
import { renderMetricsInto } from '../test/architecture/render-metrics.ts';

/** Renews the generated parts of pages; the architecture tests fail while they are stale. */
const pages = {
  'architecture.md': renderInto,
  'telemetry-metrics.md': renderMetricsInto,
} as const;

for (const [name, render] of Object.entries(pages)) {
  const page = join(import.meta.dirname, '..', 'docs', name);
  writeFileSync(page, render(readFileSync(page, 'utf8')));
  process.stdout.write(`wrote ${page}\n`);
}
