import { Range, SemVer } from 'semver';
import { alternativePattern, maxRangeLength } from '../api/lifecycle/v1/dependency.ts';

const versionText =
  /^[v=]*(?<major>\d+)(?:\.(?<minor>\d+)(?:\.(?<patch>\d+))?)?(?:-(?<pre>[0-9a-z.-]+))?(?:\+.*)?$/i;
/** Longer bare numbers are hashes of discovered apps that happen to have no letter. */
const maxBareDigits = 9;

/**
 * Reads a version leniently, because nobody has to write apps' versions as semantic versions: a leading `v` is dropped,
 * missing parts are zero, numbers may have leading zeros. Undefined for what is no version, such as a hash. Pure.
 */
export function parseVersion(text: string): SemVer | undefined {
  const { major, minor, patch, pre = '' } = versionText.exec(text.trim())?.groups ?? {};
  if (major === undefined || (minor === undefined && major.length > maxBareDigits)) return undefined;
  const numbers = [major, minor ?? '0', patch ?? '0'].map(Number);
  if (!numbers.every(Number.isSafeInteger)) return undefined;
  const identifiers = pre.split('.').filter((identifier) => identifier !== '');
  const prerelease = identifiers.length === 0 ? '' : `-${identifiers.join('.')}`;
  return new SemVer(`${numbers.join('.')}${prerelease}`, { loose: true });
}

const alternative = new RegExp(alternativePattern);

/**
 * Reads a range in the notation of npm: `>=1.2 <3`, `^1.2.3`, `~1.2`, `1.x`, `1.2 - 2.3`, `||`. Prereleases count by
 * their place in the order alone. Undefined for what admission refuses, which is less than the library would read. Pure.
 */
export function parseRange(text: string): Range | undefined {
  const alternatives = text.split('||');
  const isRange = text.length <= maxRangeLength && alternatives.every((one) => alternative.test(one));
  return isRange ? rangeOf(text) : undefined;
}

/** The library throws where a number is too large to be told from its neighbour. */
function rangeOf(text: string): Range | undefined {
  try {
    return new Range(text, { includePrerelease: true, loose: true });
  } catch {
    return undefined;
  }
}

/** True when the version lies in the range. Pure. */
export function isInRange(version: SemVer, range: Range): boolean {
  return range.test(version);
}
