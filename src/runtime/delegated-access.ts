import { subjectAccessReviewSchema, tokenReviewSchema } from '../api/core/access.ts';
import { parseWith } from '../api/schema.ts';
import type { Grant, User, Wish } from '../domain/caller.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { sha256Hex } from '../kernel/hash.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { KubeClient } from './client.ts';
import type { Clock } from './clock.ts';
import { ShortMemory } from './short-memory.ts';

/** Asks the API server who somebody is and what they may do. */
export interface DelegatedAccess {
  /** Undefined: the token is nobody's. Errors: those of the API server. */
  readonly whoHas: (token: string) => Promise<Result<User | undefined, SluiceError>>;
  readonly mayThey: (subject: User, wish: Wish) => Promise<Result<Grant, SluiceError>>;
}

/** As long as the API server itself relies on such an answer. Source: apiserver, DelegatingAuthorizationOptions. */
const keptFor = { ageMs: 10_000, most: 2_000 };
const fieldManager = 'sluice/metrics-api';

/** Reviews through the API, each answer relied on for 10 s; equal questions at the same time are asked once. */
export function delegatedAccess(client: KubeClient, clock: Clock): DelegatedAccess {
  const tokens = new ShortMemory<User | undefined>(clock, keptFor);
  const grants = new ShortMemory<Grant>(clock, keptFor);
  return {
    // The memory holds no token, so that none can leave it.
    whoHas: (token) => tokens.recall(sha256Hex(token), () => reviewToken(client, token)),
    mayThey: (subject, wish) =>
      grants.recall(sha256Hex(JSON.stringify([subject, wish])), () => reviewAccess(client, subject, wish)),
  };
}

async function reviewToken(
  client: KubeClient,
  token: string,
): Promise<Result<User | undefined, SluiceError>> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
  const path = '/apis/authentication.k8s.io/v1/tokenreviews';
  const answered = await client.create(path, review, fieldManager);
  const parsed = answered.ok ? parseWith(tokenReviewSchema, answered.value) : answered;
  if (!parsed.ok) return parsed;
  const { authenticated, user } = parsed.value.status;
  if (!authenticated || user === undefined || user.username === '') return ok(undefined);
  const { username: name, uid, groups, extra } = user;
  return ok({ name, ...(uid === undefined ? {} : { uid }), groups: groups ?? [], extra: extra ?? {} });
}

async function reviewAccess(
  client: KubeClient,
  { name: user, uid, groups, extra }: User,
  wish: Wish,
): Promise<Result<Grant, SluiceError>> {
  const what =
    'path' in wish
      ? { nonResourceAttributes: { path: wish.path, verb: 'get' } }
      : { resourceAttributes: wish.resource };
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { ...what, user, uid, groups, extra },
  };
  const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
  const answered = await client.create(path, review, fieldManager);
  const parsed = answered.ok ? parseWith(subjectAccessReviewSchema, answered.value) : answered;
  if (!parsed.ok) return parsed;
  const { allowed, denied, reason = '' } = parsed.value.status;
  return ok({ allowed: allowed && !denied, reason });
}
