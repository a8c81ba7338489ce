import path from 'node:path';
import { ClusterFault } from '../cluster/fault.ts';
import { say, timed } from '../cluster/progress.ts';
import { writeImage } from './archive.ts';
import { images } from './images.ts';

const outDir = path.join(import.meta.dirname, '../../dist/images');

/** Writes the named images, or all, as archives under dist/images; their paths go to standard output. */
async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !(name in images));
  if (unknown.length > 0) {
    say(`there is no image ${unknown.join(', ')}; there are ${Object.keys(images).join(', ')}`);
    return 2;
  }
  for (const [name, makeSpec] of Object.entries(images)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const file = path.join(outDir, `${name}.tar`);
    await timed(`writing image ${name}`, async () => writeImage(file, await makeSpec()));
    process.stdout.write(`${file}\n`);
  }
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ClusterFault)) throw error;
  say(`error: ${error.message}`);
  process.exitCode = 1;
}
