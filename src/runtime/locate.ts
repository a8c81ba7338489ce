import { apiPath, type ResourceName, resources } from '../api/resources.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';

const nameByKind = new Map(
  Object.values(resources).map((def) => [`${apiVersionOf(def)}/${def.kind}`, def.name] as const),
);

function apiVersionOf(def: { readonly group: string; readonly version: string }): string {
  return def.group === '' ? def.version : `${def.group}/${def.version}`;
}

function isResourceName(name: string | undefined): name is ResourceName {
  return name !== undefined && Object.hasOwn(resources, name);
}

/** Where objects of a kind are: the resource and a path builder. Error: invalid when the kind is not ours to know. Pure. */
export function locate(of: {
  readonly apiVersion: string;
  readonly kind: string;
}): Result<
  { readonly resource: ResourceName; path(namespace?: string, name?: string, subresource?: string): string },
  SluiceError
> {
  const name = nameByKind.get(`${of.apiVersion}/${of.kind}`);
  if (!isResourceName(name))
    return err(failure('invalid', `no resource is known for ${of.apiVersion} ${of.kind}`));
  return ok({ resource: name, path: (...where) => apiPath(resources[name], ...where) });
}
