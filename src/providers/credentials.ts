import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { ProviderContext } from './provider.ts';

/** Headers of a request, by name. */
export type Headers = Readonly<Record<string, string>>;

/** Basic authentication with `user` and `password` of a Secret; undefined where it has not both. Pure. */
export function basicAuth(secret: ProviderContext['secret']): Headers | undefined {
  const user = secret?.['user']?.trim();
  // Files that Secrets are made of end with a line break; blanks may belong to the password.
  const password = secret?.['password']?.replace(/[\r\n]+$/, '');
  if (!user || !password) return undefined;
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** What the Secret has under the key that `secretKeyRef` names, without blanks at its ends; undefined: nothing. Pure. */
export function namedSecret({ secret, provider }: ProviderContext): string | undefined {
  return secret?.[provider.spec.secretKeyRef?.key ?? '']?.trim() || undefined;
}

/** As `namedSecret`. Error (malformed): in Keptn's words where the token is missing and where its key is. Pure. */
export function requiredSecret(context: ProviderContext, what: string): Result<string, SluiceError> {
  const { secretKeyRef } = context.provider.spec;
  if (context.secret === undefined || secretKeyRef === undefined) {
    const remedy = 'name a Secret and its key in spec.secretKeyRef';
    return err(failure('malformed', `the SecretKeyRef property with the ${what} is missing; ${remedy}`));
  }
  const value = namedSecret(context);
  if (value !== undefined) return ok(value);
  const remedy = `the Secret "${secretKeyRef.name ?? ''}" has nothing there`;
  return err(failure('malformed', `secret contains invalid key ${secretKeyRef.key}: ${remedy}`));
}

/**
 * Headers of a request: user and password of the Secret, else the text under the named key as a bearer token, else none.
 * Error (malformed): a Secret that has neither. Pure.
 */
export function userOrToken(context: ProviderContext): Result<Headers, SluiceError> {
  if (context.secret === undefined) return ok({});
  const basic = basicAuth(context.secret);
  if (basic !== undefined) return ok(basic);
  const key = context.provider.spec.secretKeyRef?.key ?? '';
  const token = namedSecret(context);
  // Half of a user and password is no token.
  if (token !== undefined && key !== 'user' && key !== 'password') {
    return ok({ authorization: `Bearer ${token}` });
  }
  const remedy = `the Secret of spec.secretKeyRef needs both, or a bearer token under its key "${key}"`;
  return err(failure('malformed', `secret key does not contain user and password: ${remedy}`));
}
