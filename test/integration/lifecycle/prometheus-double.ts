import { type ScriptedAnswer, type SeenRequest, startBackend } from '../../builders/backend-server.ts';

/** What the server does with a query: a value, silence, or an error of Prometheus with its status. */
export type PrometheusAnswer =
  | string
  | { readonly hangs: true }
  | { readonly status: number; readonly error: string };

/** A server of Prometheus' query API whose answers a test chooses query by query. Source: prometheus.io, HTTP API. */
export interface PrometheusDouble {
  readonly url: string;
  answer: (query: string) => PrometheusAnswer;
  /** The parameters of every request, in the order of their arrival. */
  readonly asked: () => URLSearchParams[];
  /** The queries that were asked. */
  readonly queries: () => string[];
  readonly stop: () => Promise<void>;
}

/** Starts one that answers 1. */
export async function startPrometheus(): Promise<PrometheusDouble> {
  const { url, seen, close } = await startBackend((request) => {
    const parameters = parametersOf(request);
    return scripted(double.answer(parameters.get('query') ?? ''), parameters);
  });
  const asked = () => seen.map(parametersOf);
  const double: PrometheusDouble = {
    url,
    answer: () => '1',
    asked,
    queries: () => asked().map((parameters) => parameters.get('query') ?? ''),
    stop: close,
  };
  return double;
}

function parametersOf({ body }: SeenRequest): URLSearchParams {
  return new URLSearchParams(body);
}

function scripted(answer: PrometheusAnswer, parameters: URLSearchParams): ScriptedAnswer {
  if (typeof answer === 'string') {
    return { body: JSON.stringify({ status: 'success', data: data(parameters, answer) }) };
  }
  if ('hangs' in answer) return { hang: true };
  const { status, error } = answer;
  return { status, body: JSON.stringify({ status: 'error', errorType: 'bad_data', error }) };
}

function data(parameters: URLSearchParams, value: string): object {
  const at = Number(parameters.get('time') ?? parameters.get('end'));
  const metric = {};
  return parameters.has('step')
    ? { resultType: 'matrix', result: [{ metric, values: [[at, value]] }] }
    : { resultType: 'vector', result: [{ metric, value: [at, value] }] };
}
