import {
  asAuthenticated,
  type FrontProxy,
  type Grant,
  type HeaderValues,
  type Peer,
  readClaim,
  type User,
  type Wish,
} from '../../domain/caller.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { HttpResponse } from '../route.ts';
import { customMetricsGroup } from './paths.ts';
import { statusAnswer } from './status.ts';

/** Ports: who vouches for callers, who knows tokens, who decides. */
export interface GuardPorts {
  /** Undefined while nothing is known of a front proxy. */
  readonly frontProxy: () => FrontProxy | undefined;
  /** Undefined: the token is nobody's. */
  readonly whoHas: (token: string) => Promise<Result<User | undefined, SluiceError>>;
  readonly mayThey: (user: User, wish: Wish) => Promise<Result<Grant, SluiceError>>;
}

/** Whom the API server itself never asks about. Source: apiserver, DelegatingAuthorizationOptions.AlwaysAllowGroups. */
const almighty = 'system:masters';

/** Lets a caller through, or gives the answer that turns them away: 401, 403, or that it could not be found out. */
export async function turnAway(
  ports: GuardPorts,
  headers: HeaderValues,
  peer: Peer | undefined,
  wish: Wish,
): Promise<HttpResponse | undefined> {
  const user = await authenticate(ports, headers, peer);
  if (!user.ok) return user.error;
  if (user.value.groups.includes(almighty)) return undefined;
  const grant = await ports.mayThey(user.value, wish);
  if (!grant.ok) return cannotTell('whether this is allowed', grant.error);
  return grant.value.allowed ? undefined : forbidden(user.value, wish, grant.value.reason);
}

async function authenticate(
  ports: GuardPorts,
  headers: HeaderValues,
  peer: Peer | undefined,
): Promise<Result<User, HttpResponse>> {
  const claim = readClaim(headers, peer, ports.frontProxy());
  switch (claim.kind) {
    case 'user':
      return ok(claim.user);
    case 'nobody':
      return err(unauthorized(claim.why));
    case 'token': {
      const owner = await ports.whoHas(claim.token);
      if (!owner.ok) return err(cannotTell('whose token this is', owner.error));
      if (owner.value === undefined) return err(unauthorized('Unauthorized: this token is not valid'));
      return ok(asAuthenticated(owner.value));
    }
  }
}

function unauthorized(why: string): HttpResponse {
  return { ...statusAnswer('unauthorized', why), headers: { 'WWW-Authenticate': 'Bearer realm="sluice"' } };
}

/** The API server's error stays in the log: it may name things that are not the caller's business. */
function cannotTell(what: string, { tag }: SluiceError): HttpResponse {
  const problem = tag === 'forbidden' ? 'this server may not ask; see its ClusterRoleBinding' : tag;
  return statusAnswer('unavailable', `the Kubernetes API server did not tell ${what}: ${problem}`);
}

/** As the API server words it. Source: apiserver, responsewriters.Forbidden. */
function forbidden({ name }: User, wish: Wish, reason: string): HttpResponse {
  const why = reason === '' ? '' : `: ${reason}`;
  const who = `User ${JSON.stringify(name)} cannot`;
  if ('path' in wish) return statusAnswer('forbidden', `forbidden: ${who} get path "${wish.path}"${why}`);
  const { resource, subresource, namespace, verb, name: object = '' } = wish.resource;
  const what = `${resource}${subresource === undefined ? '' : `/${subresource}`}`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const message = `${what}.${customMetricsGroup} "${object}" is forbidden: ${who} ${verb} resource "${what}" in API group "${customMetricsGroup}" ${where}${why}`;
  return statusAnswer('forbidden', message, { name: object, group: customMetricsGroup, kind: what });
}
