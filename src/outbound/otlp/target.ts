import type { KeptnConfig } from '../../api/options/v1alpha1/keptn-config.ts';
import type { Tracing } from '../../api/options/v1alpha1/tracing.ts';

/** Where spans go and how. */
export interface CollectorTarget {
  readonly protocol: 'grpc' | 'http';
  /** An http or https address; for gRPC without a path. */
  readonly url: string;
  /** The field that says so, for messages. */
  readonly field: string;
  readonly headersFrom: NonNullable<Tracing['headersFrom']>;
  readonly tls: Tracing['tls'];
}

/** The collector that a KeptnConfig names, or undefined where it names none. Pure. */
export function collectorTarget(spec: KeptnConfig['spec'] | undefined): CollectorTarget | undefined {
  const { tracing, OTelCollectorUrl: keptns } = spec ?? {};
  if (tracing?.endpoint) {
    const { endpoint, protocol, headersFrom = [], tls } = tracing;
    return { protocol, url: addressOf(endpoint, protocol), field: 'spec.tracing', headersFrom, tls };
  }
  if (!keptns) return undefined;
  return {
    protocol: 'grpc',
    url: `http://${keptns}`,
    field: 'spec.OTelCollectorUrl',
    headersFrom: [],
    tls: { insecureSkipVerify: false },
  };
}

function addressOf(endpoint: string, protocol: CollectorTarget['protocol']): string {
  const address = /^https?:\/\//.test(endpoint) ? endpoint : `http://${endpoint}`;
  const url = URL.parse(address);
  if (protocol === 'grpc' || url === null || url.pathname !== '/') return address;
  return new URL('/v1/traces', url).href;
}
