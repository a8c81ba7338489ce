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
 * The name of an object made from these parts. As Keptn builds it wherever the API server admits that name,
 * so that scripts find what they found before; else with every impossible character replaced, cut to fit and
 * ended by a hash of the parts, so that a strange version string never keeps a pod waiting. Pure.
 */
export function objectName(parts: readonly string[]): string {
  const name = buildName(maxObjectName, minPart, parts);
  if (name.length <= maxObjectName && subdomain.test(name) && !isCut(name, parts)) return name;
  return `${admissible(name, maxObjectName - hashLength - 1)}-${sha256Hex(parts.join('\n'), hashLength)}`;
}

/** True when the builder dropped characters, so that two different inputs may have become one name. */
function isCut(name: string, parts: readonly string[]): boolean {
  return name.length !== parts.join('-').length;
}

/** The text with only admissible characters, at most `max` long, starting and ending with a letter or digit. */
function admissible(text: string, max: number): string {
  const mapped = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replaceAll(/-*\.[.-]*/g, '.')
    .slice(0, max)
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return mapped === '' ? 'x' : mapped;
}

/** The app's name as its objects carry it. Pure. */
export function appName(app: string): string {
  return objectName([app]);
}

/** The name of a KeptnWorkload. Pure. */
export function workloadName(app: string, workload: string): string {
  return objectName([appName(app), workload]);
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
  return `${admissible(task, maxJobName - hashLength - 1)}-${sha256Hex(task, hashLength)}`;
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
