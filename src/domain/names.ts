import { sha256Hex } from '../kernel/hash.ts';

const maxObjectName = 253;
const minPart = 80;
const maxJobName = 63;
const hashLength = 10;

/** DNS-1123 subdomain, what the API server admits as the name of most objects. */
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Lower case, and underscores turned into dashes: what Keptn does to every name it builds. Pure. */
export function sanitize(text: string): string {
  return text.toLowerCase().replaceAll('_', '-');
}

/**
 * Joins parts with dashes and shortens all but the last, from the front on, until the whole fits `max`
 * bytes; no part below `min` bytes. The result may exceed `max` when the last part alone is too long.
 * Pure. Source: Keptn's name builder, pinned by test/vectors/names.
 */
export function buildName(max: number, min: number, parts: readonly string[]): string {
  let least = min;
  while (parts.length * least > max) least = Math.floor(least / 2);
  const shortened = [...parts];
  for (const [i, part] of parts.slice(0, -1).entries()) {
    const joined = shortened.join('-');
    if (joined.length <= max) break;
    if (part.length <= least) continue;
    shortened[i] = part.slice(0, Math.max(least, part.length - (joined.length - max)));
  }
  return sanitize(shortened.join('-'));
}

/**
 * The name of an object made from these parts, at most `max` long (12 at least). As Keptn builds it wherever the API
 * server admits that name, so that scripts find what they found before; else with every impossible character replaced,
 * cut to fit and ended by a hash of the parts, so that a strange version string never keeps a pod waiting. Parts that
 * differ in case or in `_` and `-` alone give one name, as ever. Pure.
 */
export function objectName(parts: readonly string[], max = maxObjectName): string {
  const plain = parts.map(sanitize);
  const whole = plain.join('-');
  if (whole.length <= max && subdomain.test(whole)) return whole;
  const room = max - hashLength - 1;
  const shortened = buildName(room, Math.min(minPart, room), plain.map(admissible));
  return `${cut(admissible(shortened), room)}-${sha256Hex(plain.join('\n'), hashLength)}`;
}

/** The lower-case text with only admissible characters, starting and ending with a letter or digit. */
function admissible(text: string): string {
  const mapped = text
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replaceAll(/-*\.[.-]*/g, '.')
    .replaceAll(/^[.-]+|[.-]+$/g, '');
  return mapped === '' ? 'x' : mapped;
}

/** The first `max` characters, without a dash or dot at the end. */
function cut(text: string, max: number): string {
  return text.slice(0, max).replace(/[.-]+$/, '');
}

/** The app's name as its objects carry it. Pure. */
export function appName(app: string): string {
  return objectName([app]);
}

/**
 * The name of a KeptnWorkload. What follows the app's prefix is a name in itself, so that an app can list its workloads
 * without the prefix and be understood, however long or strange the names are. Pure.
 */
export function workloadName(app: string, workload: string): string {
  const prefix = workloadPrefix(app);
  return `${prefix}${objectName([workload], maxObjectName - prefix.length)}`;
}

/** What the names of an app's KeptnWorkloads begin with. Pure. */
export function workloadPrefix(app: string): string {
  return `${objectName([appName(app)], maxObjectName - hashLength - 3)}-`;
}

/** The name of a KeptnWorkloadVersion, from its KeptnWorkload's name. Pure. */
export function workloadVersionName(workload: string, version: string): string {
  return objectName([workload, version]);
}

/** The name of a KeptnAppVersion; the generation of the KeptnApp makes a restart a version of its own. Pure. */
export function appVersionName(app: string, version: string, generation: number): string {
  return objectName([app, version, generationHash(generation)]);
}

/** First 8 hex digits of the SHA-256 of the decimal generation. Pure. Source: Keptn, vectors in test/vectors/names. */
export function generationHash(generation: number): string {
  return sha256Hex(String(generation), 8);
}

/** What one check of one version is: the owner's uid, the kind of check, its definition, and the attempt. */
export interface CheckIdentity {
  readonly ownerUid: string;
  readonly checkType: string;
  readonly definition: string;
  readonly attempt: number;
}

/**
 * The name of the KeptnTask or KeptnEvaluation of one check: the same for the same owner, check and attempt,
 * so that making it twice is a conflict and not a second run. Pure.
 */
export function checkName(check: CheckIdentity): string {
  const { ownerUid, checkType, definition, attempt } = check;
  const identity = sha256Hex([ownerUid, checkType, definition, attempt].join('\n'), hashLength);
  return objectName([checkType, definition, identity]);
}

/** The name of a task's Job: the task's own where it fits the 63 characters of a label, else cut and hashed. Pure. */
export function jobName(task: string): string {
  if (task.length <= maxJobName) return task;
  return `${cut(task, maxJobName - hashLength - 1)}-${sha256Hex(task, hashLength)}`;
}

/**
 * The version of an app that was found rather than written: the version of its only workload, else a hash over
 * all of them. `workloads` carry KeptnWorkload names. Pure. Source: Keptn, vectors in test/vectors/names.
 */
export function discoveredAppVersion(workloads: readonly { name: string; version: string }[]): string {
  const [only, ...others] = workloads;
  if (only !== undefined && others.length === 0) return only.version;
  const sorted = workloads.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return sha256Hex(sorted.map(({ name, version }) => `${name}-${version}`).join(''), hashLength);
}
