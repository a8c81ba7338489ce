import { ensureComponent } from '../cluster/binaries.ts';
import { ClusterFault } from '../cluster/fault.ts';
import { say } from '../cluster/progress.ts';

// Standard output is for `export PATH=$(make -s helm):$PATH`.
try {
  process.stdout.write(`${await ensureComponent('helm')}\n`);
} catch (error) {
  if (!(error instanceof ClusterFault)) throw error;
  say(`error: ${error.message}`);
  process.exitCode = 1;
}
