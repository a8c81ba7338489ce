import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderInto } from '../test/architecture/render.ts';

/** Renews the generated part of docs/architecture.md; the architecture test fails while it is stale. */
const page = join(import.meta.dirname, '..', 'docs', 'architecture.md');
writeFileSync(page, renderInto(readFileSync(page, 'utf8')));
process.stdout.write(`wrote ${page}\n`);
