import type { SluiceError } from '../../../src/kernel/errors.ts';
import type { Result } from '../../../src/kernel/result.ts';
import { createClient, type KubeClient } from '../../../src/runtime/client.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { exchange } from '../../../src/runtime/http-call.ts';
import { loadConnector } from '../../../src/runtime/kube.ts';

/** What the API server answered, whatever it was. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly text: string;
}

/** The real API server, by the product's client and by bare requests for what that client never asks. */
export interface Api {
  readonly client: KubeClient;
  request(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', target: string, json?: unknown): Promise<Answer>;
}

/** The value of a result that a test takes for granted; throws the error otherwise. */
export function must<T>(result: Result<T, SluiceError>): T {
  if (!result.ok) throw new Error(`${result.error.tag}: ${result.error.message}`);
  return result.value;
}

/** Connects with a kubeconfig. PATCH sends a strategic merge, or a merge where the path is of a custom resource. */
export function connectApi(kubeconfigPath: string): Api {
  const connector = must(loadConnector({ kubeconfigPath, clock: systemClock }));
  return {
    client: createClient(connector, { clock: systemClock }),
    request: async (method, target, json) => {
      const connection = must(await connector.connect());
      const isCustom = target.includes('keptn.sh/');
      const patchType = `application/${isCustom ? 'merge' : 'strategic-merge'}-patch+json`;
      const contentType = method === 'PATCH' ? patchType : 'application/json';
      const body = json === undefined ? {} : { body: { contentType, json } };
      const { status, text } = must(
        await exchange(connection, { method, target, timeoutMs: 20_000, ...body }),
      );
      return { status, text, body: parsed(text) };
    },
  };
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
