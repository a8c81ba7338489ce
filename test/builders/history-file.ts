import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteArchive } from '../../src/archive/sqlite.ts';
import type { Archive } from '../../src/domain/dora/archive.ts';
import { silentLogger } from '../../src/observability/logger.ts';

/** An empty history in a file of its own; the test closes it. */
export function historyFile(now: Date): Archive {
  const path = join(mkdtempSync(join(tmpdir(), 'sluice-history-')), 'history.db');
  return new SqliteArchive({ path, now: () => now, logger: silentLogger });
}
