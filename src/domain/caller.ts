/** Who asks. Source: authentication/v1 UserInfo. */
export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/**
 * How the API server introduces the callers that it forwards: what it publishes in ConfigMap
 * kube-system/extension-apiserver-authentication.
 */
export interface FrontProxy {
  /** PEM bundle of the authorities of its client certificate. */
  readonly clientCa: string;
  /** Common names of its client certificate; empty: any. */
  readonly allowedNames: readonly string[];
  readonly usernameHeaders: readonly string[];
  readonly uidHeaders: readonly string[];
  readonly groupHeaders: readonly string[];
  readonly extraPrefixes: readonly string[];
}

/** What is asked to be allowed, of a resource. Source: authorization/v1 ResourceAttributes. */
export interface ResourceAttributes {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly namespace?: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
}

/** What somebody wishes to do: with a resource, or to read a path that is none. */
export type Wish = { readonly resource: ResourceAttributes } | { readonly path: string };

/** Whether a wish is granted, and in the words of whoever decided, why. */
export interface Grant {
  readonly allowed: boolean;
  readonly reason: string;
}

/** The client certificate of a connection, when the TLS listener has verified one against `FrontProxy.clientCa`. */
export interface Peer {
  readonly commonName: string;
}

/** Header values by lower-case name, in the order in which they came. */
export type HeaderValues = Readonly<Record<string, readonly string[] | undefined>>;

/** What a request says about its caller, before anybody was asked whether that is so. */
export type Claim =
  /** The front proxy vouches for this user. */
  | { readonly kind: 'user'; readonly user: User }
  /** A bearer token, for TokenReview. */
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'nobody'; readonly why: string };

const authenticated = 'system:authenticated';

/**
 * Reads who a caller claims to be. Headers of the front proxy count only on a connection with its verified certificate;
 * from anybody else they are as good as absent. Pure. Source: apiserver, authentication/request/headerrequest.
 */
export function readClaim(
  headers: HeaderValues,
  peer: Peer | undefined,
  proxy: FrontProxy | undefined,
): Claim {
  if (peer !== undefined && proxy !== undefined && isAllowed(peer, proxy)) {
    const user = forwardedUser(headers, proxy);
    if (user !== undefined) return { kind: 'user', user };
  }
  const [scheme = '', token = ''] = (headers['authorization']?.[0] ?? '').trim().split(/\s+/, 2);
  if (scheme.toLowerCase() === 'bearer' && token !== '') return { kind: 'token', token };
  return {
    kind: 'nobody',
    why: 'Unauthorized: ask through the Kubernetes API server, or with a bearer token',
  };
}

function isAllowed({ commonName }: Peer, { allowedNames }: FrontProxy): boolean {
  return allowedNames.length === 0 || allowedNames.includes(commonName);
}

function forwardedUser(headers: HeaderValues, proxy: FrontProxy): User | undefined {
  const name = firstOf(headers, proxy.usernameHeaders);
  if (name === undefined) return undefined;
  const uid = firstOf(headers, proxy.uidHeaders);
  const groups = proxy.groupHeaders.flatMap((header) => headers[header.toLowerCase()] ?? []);
  return asAuthenticated({
    name,
    ...(uid === undefined ? {} : { uid }),
    groups,
    extra: extraOf(headers, proxy.extraPrefixes),
  });
}

/** Everybody who is not anonymous is in this group, whoever forgot to say so. Pure. */
export function asAuthenticated(user: User): User {
  const isAnonymous = user.name === 'system:anonymous' || user.groups.includes('system:unauthenticated');
  if (isAnonymous || user.groups.includes(authenticated)) return user;
  return { ...user, groups: [...user.groups, authenticated] };
}

function firstOf(headers: HeaderValues, names: readonly string[]): string | undefined {
  return names
    .map((name) => headers[name.toLowerCase()]?.[0])
    .find((value) => value !== undefined && value !== '');
}

/** Keys of extra come percent-encoded, because headers hold less than they may. */
function extraOf(headers: HeaderValues, prefixes: readonly string[]): Record<string, readonly string[]> {
  const found = Object.entries(headers).flatMap(([header, values]) => {
    const prefix = prefixes.find((known) => header.startsWith(known.toLowerCase()));
    if (prefix === undefined || values === undefined) return [];
    return [[decodedKey(header.slice(prefix.length)), values] as const];
  });
  return Object.fromEntries(found);
}

function decodedKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key; // taken as it is, like the API server does
  }
}
