import type { Reading } from '../../domain/metric-source.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { oneLine } from '../one-line.ts';
import type { Driver, ProviderQuery } from '../provider.ts';
import { amountText } from './amount.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { type Evaluated, evaluate } from './evaluate.ts';
import { parseExpression } from './parse.ts';
import type { Asker } from './scope.ts';

/** What a `kubernetes` provider works with beside its object. */
export interface KubernetesPorts {
  readonly reader: ClusterReader;
  /** Sluice's own namespace: a provider there reads every namespace, any other its own. */
  readonly systemNamespace: string;
}

/**
 * The driver of type `kubernetes`: counts and sums of what this cluster has at the moment of the fetch. It needs no
 * server and no Secret. The language of its queries is described in docs/providers-kubernetes-http.md.
 */
export function kubernetesDriver({ reader, systemNamespace }: KubernetesPorts): Driver {
  return {
    connect: ({ provider }) => {
      const { namespace } = provider.metadata;
      // Without one nothing would say what it may read.
      if (!namespace) return err(failure('malformed', 'the KeptnMetricsProvider has no namespace'));
      const asker = { namespace, systemNamespace };
      return ok({
        fetch: async (query, signal) => {
          const reading = await read(query, asker, reader, signal);
          if (reading.ok) return reading;
          // It may repeat what the query and objects hold.
          return err({ ...reading.error, message: oneLine(reading.error.message, 1_000) });
        },
      });
    },
  };
}

async function read(
  query: ProviderQuery,
  asker: Asker,
  reader: ClusterReader,
  signal: AbortSignal,
): Promise<Result<Reading, SluiceError>> {
  const present = refuseSamples(query);
  if (!present.ok) return present;
  const expression = parseExpression(query.text);
  if (!expression.ok) return expression;
  const evaluated = await evaluate(expression.value, asker, reader, signal);
  return evaluated.ok ? ok(readingOf(evaluated.value, query)) : evaluated;
}

/** A cluster remembers nothing of a minute ago. */
function refuseSamples({ stepMs, purpose }: ProviderQuery): Result<void, SluiceError> {
  if (stepMs === undefined) return ok(undefined);
  const field = purpose === 'metric' ? 'spec.range.step and spec.range.aggregation' : 'spec.reduction';
  return err(
    failure(
      'malformed',
      `a kubernetes provider knows the present only, so there are no samples; remove ${field}`,
    ),
  );
}

function readingOf({ amount, parts }: Evaluated, { window, at }: ProviderQuery): Reading {
  const raw = parts.map(({ text, value }) => `${text} = ${amountText(value)}`).join('\n');
  const past = window !== undefined && window.to.getTime() < at.getTime() - presentMs;
  const note = `the value is of ${at.toISOString()}: a kubernetes provider knows the present only`;
  return { samples: [amountText(amount)], raw, ...(past ? { note } : {}) };
}

/** A window that ended less than this ago ends now. */
const presentMs = 60_000;
