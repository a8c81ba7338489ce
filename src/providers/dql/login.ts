import { z } from '../../api/schema.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { askJson, readShape } from '../answer.ts';
import type { HttpClient } from '../http.ts';
import type { DqlCredentials } from './credentials.ts';

/** Hands out a token as long as it is good. */
export interface Login {
  /** The token, fetched where there is none that is good at `at`. Errors: those of a request. */
  readonly token: (at: Date, signal: AbortSignal) => Promise<Result<string, SluiceError>>;
  /** Drops a token that was refused. */
  readonly forget: (token: string) => void;
}

/** Source: https://developer.dynatrace.com/develop/access-platform-apis-from-outside/ */
const shape = z.object({ access_token: z.string().min(1), expires_in: z.number().optional() });

/** Tokens last five minutes; one of unknown life is kept for one. */
const shortLifeSeconds = 60;
/** A query is on its way for some time, and clocks differ. */
const marginMs = 20_000;

interface Held {
  readonly token: string;
  readonly untilMs: number;
}

/** Keeps the token of one provider object: who shares nothing else shares no token. Asks the sign-in at `authUrl`. */
export function openLogin(http: HttpClient, credentials: DqlCredentials): Login {
  let held: Held | undefined;
  let arriving: Promise<Result<Held, SluiceError>> | undefined;
  const good = (at: Date): Held | undefined =>
    held !== undefined && held.untilMs > at.getTime() ? held : undefined;

  return {
    token: async (at, signal) => {
      // Another query is signing in: what it gets serves us too, unless it was given up.
      while (arriving !== undefined && good(at) === undefined) await arriving;
      const known = good(at);
      if (known !== undefined) return ok(known.token);
      arriving = signIn(http, credentials, at, signal);
      const fresh = await arriving;
      arriving = undefined;
      if (!fresh.ok) return fresh;
      held = fresh.value;
      return ok(fresh.value.token);
    },
    forget: (token) => {
      if (held?.token === token) held = undefined;
    },
  };
}

async function signIn(
  http: HttpClient,
  { clientId, clientSecret, scope }: DqlCredentials,
  at: Date,
  signal: AbortSignal,
): Promise<Result<Held, SluiceError>> {
  const form = {
    client_id: clientId,
    client_secret: clientSecret,
    grant_type: 'client_credentials',
    scope,
  };
  const body = {
    contentType: 'application/x-www-form-urlencoded',
    text: new URLSearchParams(form).toString(),
  };
  const answer = await askJson(http, { method: 'POST', path: '', body }, signal);
  if (!answer.ok) return answer;
  const shaped = readShape(http.host, shape, answer.value.json);
  if (!shaped.ok) return shaped;
  const { access_token: token, expires_in: life = shortLifeSeconds } = shaped.value;
  return ok({ token, untilMs: at.getTime() + life * 1_000 - marginMs });
}
