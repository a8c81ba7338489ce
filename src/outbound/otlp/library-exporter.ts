import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { LibraryExporter, ResourceAttributes, SpanExporter } from './exporter.ts';
import { readableSpan, resourceOf } from './readable-span.ts';

/** Why an export failed, from the code that came with it. */
export type Judge = (code: unknown, thrown: Error) => SluiceError;

/** An exporter of the library behind our port. It keeps nothing and queues nothing: one call is one export. */
export function overLibrary(
  exporter: LibraryExporter,
  attributes: ResourceAttributes,
  judge: Judge,
): SpanExporter {
  const resource = resourceOf(attributes);
  return {
    export: (spans) =>
      new Promise<Result<void, SluiceError>>((resolve) => {
        const readable = spans.map((span) => readableSpan(span, resource));
        exporter.export(readable, ({ code, error }) => {
          if (code === 0) resolve(ok(undefined));
          else resolve(err(judge(codeOf(error), error ?? new Error('no reason given'))));
        });
      }),
    close: async () => {
      await exporter.shutdown();
    },
  };
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** A failure that time or a change of settings may mend. What went wrong is cut: it may hold what a server said. */
export function passing(what: string): SluiceError {
  const line = what.replaceAll(/\s+/g, ' ').trim();
  return failure('unavailable', line.length > 200 ? `${line.slice(0, 200)}…` : line);
}
