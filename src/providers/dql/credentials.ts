import { z } from '../../api/schema.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';

/** An OAuth client of Dynatrace. */
export interface DqlCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where a token is fetched. */
  readonly authUrl: string;
  readonly scope: string;
}

/** Where everyone signs in; Keptn's default was a host of the vendor's own developers. */
const publicAuthUrl = 'https://sso.dynatrace.com/sso/oauth2/token';

/** What Keptn asked for: enough for metrics; other tables need scopes of their own. */
const metricsScope = 'storage:metrics:read environment:roles:viewer';

const shape = z.object({
  token: z.string(),
  authUrl: z.string().optional(),
  scope: z.string().optional(),
});

/**
 * Reads the Secret's JSON: `token` (the client secret), and where given `authUrl` and `scope`. Error (malformed) naming
 * the part, never its text. Pure. Source of the token's form:
 * https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients/oauth-clients
 */
export function readDqlCredentials(json: string): Result<DqlCredentials, SluiceError> {
  const parsed = shape.safeParse(tolerantJson(json));
  if (!parsed.success) {
    return refused('is not of the form {"token": "dt0s08.….…", "authUrl": "https://…"}');
  }
  const { token, authUrl = '', scope } = parsed.data;
  const [prefix, id, secret, ...more] = token.trim().split('.');
  if (prefix !== 'dt0s08' || !id || secret === undefined || more.length > 0) {
    return refused('has a "token" that is no client secret; it has three parts, as in "dt0s08.ID.SECRET"');
  }
  if (secret.length !== 64)
    return refused('has a "token" whose third part has not 64 characters; it was cut somewhere');
  return ok({
    clientId: `${prefix}.${id}`,
    clientSecret: token.trim(),
    authUrl: authUrl.trim() || publicAuthUrl,
    scope: scope ?? metricsScope,
  });
}

function refused(why: string): Result<never, SluiceError> {
  return err(failure('malformed', `the text under spec.secretKeyRef.key ${why}`));
}

function tolerantJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
