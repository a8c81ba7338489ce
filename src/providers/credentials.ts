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
