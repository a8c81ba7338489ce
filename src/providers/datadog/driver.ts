import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { askJson } from '../answer.ts';
import type { Headers } from '../credentials.ts';
import type { Driver, ProviderContext, ProviderQuery } from '../provider.ts';
import { readDatadog } from './answer.ts';

/** How far a query without a range looks back, as in Keptn: this API knows no single moment. */
const defaultWindowMs = 300_000;

/** Queries of Datadog's metrics. Source: https://docs.datadoghq.com/api/latest/metrics/query-timeseries-points/ */
export const driver: Driver = {
  connect: (context) => {
    const headers = authorize(context);
    if (!headers.ok) return headers;
    const { http } = context;
    return ok({
      fetch: async (query, signal) => {
        const all = query.window !== undefined && query.stepMs !== undefined;
        const answer = await askJson(
          http,
          { method: 'GET', path: '/api/v1/query', headers: headers.value, query: parametersOf(query) },
          signal,
        );
        return answer.ok ? readDatadog(http.host, answer.value, all) : answer;
      },
    });
  },
};

function authorize({ secret }: ProviderContext): Result<Headers, SluiceError> {
  if (secret === undefined) {
    const remedy = 'name a Secret with DD_CLIENT_API_KEY and DD_CLIENT_APP_KEY in spec.secretKeyRef';
    return err(
      failure('malformed', `the SecretKeyRef property with the DataDog API Key is missing; ${remedy}`),
    );
  }
  const apiKey = secret['DD_CLIENT_API_KEY']?.trim();
  const appKey = secret['DD_CLIENT_APP_KEY']?.trim();
  if (apiKey && appKey) return ok({ 'dd-api-key': apiKey, 'dd-application-key': appKey });
  const message = 'secret does not contain DD_CLIENT_API_KEY or DD_CLIENT_APP_KEY; it needs both';
  return err(failure('malformed', message));
}

function parametersOf({ text, at, window, stepMs }: ProviderQuery): Record<string, string> {
  const to = window?.to.getTime() ?? at.getTime();
  const from = window?.from.getTime() ?? to - defaultWindowMs;
  const times = { from: String(Math.floor(from / 1_000)), to: String(Math.floor(to / 1_000)) };
  const interval: Record<string, string> =
    window === undefined || stepMs === undefined ? {} : { interval: String(stepMs) };
  return { ...times, ...interval, query: text };
}
