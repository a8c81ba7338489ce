// Exits with 0 when node_modules holds exactly the versions of package-lock.json, whatever the files' times say.
// Plain JavaScript: it runs on the machine's own Node, before the one that runs TypeScript is installed.
import { readFileSync } from 'node:fs';

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined; // not installed, or cut off in the middle
  }
}

const wanted = packagesOf('package-lock.json');
const installed = packagesOf('node_modules/.package-lock.json');
const fits =
  wanted !== undefined &&
  installed !== undefined &&
  Object.entries(installed).every(([path, { version }]) => wanted[path]?.version === version) &&
  // Packages of other platforms are optional and stay away.
  Object.entries(wanted).every(([path, { optional }]) => path === '' || optional || path in installed);
process.exitCode = fits ? 0 : 1;
