import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { ServedResource } from './cluster-reader.ts';

interface Wanted {
  readonly plural: string;
  readonly group?: string;
  readonly version?: string;
}

const apiVersion = /^v[0-9]+((alpha|beta)[0-9]+)?$/;

/** How a resource may be named: pods, deployments.apps, apps/deployments, v1/pods, apps/v1/deployments. */
function readName(name: string): Wanted | undefined {
  const [first = '', second, third, ...more] = name.split('/');
  if (more.length > 0) return undefined;
  if (third !== undefined) return { group: first, version: second ?? '', plural: third };
  if (second !== undefined)
    return apiVersion.test(first)
      ? { group: '', version: first, plural: second }
      : { group: first, plural: second };
  const dot = first.indexOf('.');
  return dot < 0 ? { plural: first } : { plural: first.slice(0, dot), group: first.slice(dot + 1) };
}

/**
 * The resource that a query names, in the version that its group prefers unless one is given; a plural alone means core
 * before any other group. Error (malformed): none is
 * served, or several are, which are listed. Pure.
 */
export function findResource(
  name: string,
  served: readonly ServedResource[],
): Result<ServedResource, SluiceError> {
  const wanted = readName(name);
  if (wanted === undefined)
    return refused(`"${name}" names no resource; write for example apps/v1/deployments`);
  const fitting = served.filter((resource) => fits(resource, wanted));
  // As kubectl has it: `pods` are those of core, also where metrics.k8s.io serves some.
  const ofCore = wanted.group === undefined ? fitting.filter(({ group }) => group === '') : [];
  const found = ofCore.length > 0 ? ofCore : fitting;
  const [only, another] = found;
  if (only === undefined) return refused(nothingServed(name, wanted, served));
  if (another === undefined) return ok(only);
  const candidates = found.map(longName).join(', ');
  return refused(`"${name}" may mean several resources; write one of ${candidates}`);
}

function fits(resource: ServedResource, { plural, group, version }: Wanted): boolean {
  if (resource.plural !== plural || (group !== undefined && resource.group !== group)) return false;
  return version === undefined ? resource.isPreferred : resource.version === version;
}

function nothingServed(name: string, { plural }: Wanted, served: readonly ServedResource[]): string {
  const word = plural.toLowerCase();
  const meant = served.filter((one) => one.plural === word || one.alsoCalled.includes(word));
  const remedy =
    meant.length === 0
      ? 'kubectl api-resources lists what there is'
      : `write ${meant.slice(0, 5).map(longName).join(' or ')}`;
  return `this cluster serves no resource "${name}"; ${remedy}`;
}

/** Group, version and plural, as a query may have them. Pure. */
function longName({ group, version, plural }: ServedResource): string {
  return group === '' ? `${version}/${plural}` : `${group}/${version}/${plural}`;
}

function refused(message: string): Result<never, SluiceError> {
  return err(failure('malformed', message));
}
