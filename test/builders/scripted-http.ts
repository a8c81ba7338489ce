import { ok } from '../../src/kernel/result.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../../src/providers/http.ts';

/** A request, and which address it went to: `backend`, or that which the client was sent elsewhere to. */
export interface SentRequest extends HttpRequest {
  readonly to: string;
}

/** A client without a network. */
export interface ScriptedHttp {
  readonly http: HttpClient;
  readonly sent: readonly SentRequest[];
}

/** A client whose answers the test gives, by the request; a text stands for 200 with that body. */
export function scriptedHttp(
  answer: (request: SentRequest, signal: AbortSignal) => string | Partial<HttpAnswer>,
): ScriptedHttp {
  const sent: SentRequest[] = [];
  const clientTo = (to: string): HttpClient => ({
    host: to,
    send: (request, signal) => {
      const seen = { ...request, to };
      sent.push(seen);
      const given = answer(seen, signal);
      const partial = typeof given === 'string' ? { text: given } : given;
      return Promise.resolve(ok({ status: 200, headers: {}, text: '', ...partial }));
    },
    elsewhere: (address) => ok(clientTo(address)),
  });
  return { http: clientTo('backend'), sent };
}
