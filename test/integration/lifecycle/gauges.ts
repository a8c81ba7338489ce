import { type ScriptedAnswer, type SeenRequest, startBackend } from '../../builders/backend-server.ts';

/** What a backend does when it is asked for a gauge. */
export type Gauge = string | readonly string[] | ScriptedAnswer;

/** Never answers. */
export const hangs: ScriptedAnswer = { hang: true };

/** A server that speaks the query API of Prometheus; a query is the name of a gauge. */
export interface Gauges {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** Sets a gauge: a value, the samples of a range, or another answer. */
  set(name: string, gauge: Gauge): void;
  /** Queries that were asked for this gauge. */
  asked(name: string): SeenRequest[];
  readonly close: () => Promise<void>;
}

/** Starts such a server. `bearer`: the token that it wants at that moment. Source: https://prometheus.io/docs/prometheus/latest/querying/api/ */
export async function startGauges(bearer: () => string | undefined = () => undefined): Promise<Gauges> {
  const gauges = new Map<string, Gauge>();
  const { url, seen, close } = await startBackend((request) => {
    const token = bearer();
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`)
      return { status: 401, body: 'wrong token' };
    return answerOf(gauges.get(nameOf(request)));
  });
  return {
    url,
    seen,
    set: (name, gauge) => gauges.set(name, gauge),
    asked: (name) => seen.filter((request) => nameOf(request) === name),
    close,
  };
}

function nameOf({ query, body }: SeenRequest): string {
  return query.get('query') ?? new URLSearchParams(body).get('query') ?? '';
}

function answerOf(gauge: Gauge | undefined): ScriptedAnswer {
  if (gauge === undefined) return success({ resultType: 'vector', result: [] });
  const now = Math.floor(Date.now() / 1000);
  if (typeof gauge === 'string')
    return success({ resultType: 'vector', result: [{ metric: {}, value: [now, gauge] }] });
  if (!isSamples(gauge)) return gauge;
  const values = gauge.map((value, i) => [now - 60 * (gauge.length - i), value]);
  return success({ resultType: 'matrix', result: [{ metric: {}, values }] });
}

function isSamples(gauge: readonly string[] | ScriptedAnswer): gauge is readonly string[] {
  return Array.isArray(gauge);
}

function success(data: object): ScriptedAnswer {
  return { body: JSON.stringify({ status: 'success', data }) };
}
