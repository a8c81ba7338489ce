import type { z } from '../../src/api/schema.ts';

type Part = Readonly<Record<string, unknown>>;

/** What a test may say of an object; whatever it leaves out is the builder's. */
export interface Given {
  readonly metadata?: Part;
  readonly spec?: Part;
  readonly status?: Part;
}

/** A valid object of a schema: the default with what the test names laid over it, one level deep in each part. */
export function parsed<S extends z.ZodType>(schema: S, usual: Given, given: Given): z.output<S> {
  const status =
    usual.status === undefined && given.status === undefined
      ? {}
      : { status: { ...usual.status, ...given.status } };
  return schema.parse({
    metadata: { namespace: 'shop', ...usual.metadata, ...given.metadata },
    spec: { ...usual.spec, ...given.spec },
    ...status,
  });
}
