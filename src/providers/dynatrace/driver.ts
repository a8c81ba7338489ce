import { ok } from '../../kernel/result.ts';
import { askJson } from '../answer.ts';
import { requiredSecret } from '../credentials.ts';
import type { Driver } from '../provider.ts';
import { readDynatrace } from './answer.ts';
import { dynatraceParameters } from './query.ts';

/** Metrics API v2 of Dynatrace. Source: https://docs.dynatrace.com/docs/shortlink/api-metrics-v2-get-datapoints */
export const driver: Driver = {
  connect: (context) => {
    const token = requiredSecret(context, 'Dynatrace token');
    if (!token.ok) return token;
    const { http, provider } = context;
    const headers = { authorization: `Api-Token ${token.value}` };
    // Some write the address of the API itself, others that of the environment.
    const isApi = /\/api\/*$/.test(provider.spec.targetServer);
    const path = isApi ? '/v2/metrics/query' : '/api/v2/metrics/query';
    return ok({
      fetch: async (query, signal) => {
        const parameters = dynatraceParameters(query);
        if (!parameters.ok) return parameters;
        const answer = await askJson(http, { method: 'GET', path, headers, query: parameters.value }, signal);
        if (!answer.ok) return answer;
        const all = query.window !== undefined && query.stepMs !== undefined;
        return readDynatrace(http.host, answer.value, all);
      },
    });
  },
};
