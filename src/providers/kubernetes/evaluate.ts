import { aggregateToMetricsReader } from '../../api/constants.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { type Amount, calculate, negated, readAmount } from './amount.ts';
import type { ClusterReader, Selection, ServedResource } from './cluster-reader.ts';
import { Fold } from './fold.ts';
import { findResource } from './resource.ts';
import { type Asker, namespaceOf, refuseHiddenMix } from './scope.ts';
import { type Call, callsOf, type Expression } from './syntax.ts';

/** One list that serves one or more calls. */
interface Listing {
  readonly resource: ServedResource;
  readonly selection: Selection;
  readonly calls: readonly Call[];
}

/** What came out, and what of each call. */
export interface Evaluated {
  readonly amount: Amount;
  readonly parts: readonly { readonly text: string; readonly value: Amount }[];
}

/** Beyond this many objects of one list a query is refused rather than slow. */
const mostObjects = 50_000;

/**
 * Works out an expression on the cluster as it is now. Calls with the same selection share a list. Errors: malformed (what the
 * query says), forbidden (which verb on which resource, and whose), not-found (nothing to take), and those of the reader.
 */
export async function evaluate(
  expression: Expression,
  asker: Asker,
  reader: ClusterReader,
  signal: AbortSignal,
): Promise<Result<Evaluated, SluiceError>> {
  const calls = callsOf(expression);
  const served = calls.length === 0 ? ok([]) : await reader.served();
  if (!served.ok) return served;
  const listings = plan(calls, served.value, asker);
  if (!listings.ok) return listings;
  const values = new Map<Call, Amount>();
  // One after the other: the memory of a query is one page.
  for (const listing of listings.value) {
    const done = await take(listing, reader, signal);
    if (!done.ok) return done;
    for (const [call, amount] of done.value) values.set(call, amount);
  }
  const amount = compute(expression, values);
  if (!amount.ok) return amount;
  return ok({ amount: amount.value, parts: [...values].map(([{ text }, value]) => ({ text, value })) });
}

function plan(
  calls: readonly Call[],
  served: readonly ServedResource[],
  asker: Asker,
): Result<readonly Listing[], SluiceError> {
  const placed: (Omit<Listing, 'calls'> & { readonly call: Call })[] = [];
  for (const call of calls) {
    const resource = findResource(call.resource, served);
    if (!resource.ok) return resource;
    const namespace = namespaceOf(call, resource.value, asker);
    if (!namespace.ok) return namespace;
    placed.push({ call, resource: resource.value, selection: selectionOf(call, namespace.value) });
  }
  const mix = refuseHiddenMix(placed, asker);
  if (!mix.ok) return mix;
  const grouped = Map.groupBy(placed, ({ resource: { group, version, plural }, selection }) =>
    JSON.stringify([group, version, plural, selection]),
  );
  return ok([...grouped.values()].flatMap((same) => joined(same)));
}

function joined(same: readonly (Omit<Listing, 'calls'> & { readonly call: Call })[]): readonly Listing[] {
  const [first] = same;
  if (first === undefined) return [];
  const { resource, selection } = first;
  return [{ resource, selection, calls: same.map(({ call }) => call) }];
}

function selectionOf(call: Call, namespace: string | undefined): Selection {
  const { labels, fields, path, where } = call;
  const paths = [...(path === undefined ? [] : [path]), ...where.map((condition) => condition.path)];
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
    ...(fields === undefined ? {} : { fields }),
    metadataOnly: paths.every(({ steps: [first] }) => first?.kind === 'field' && first.name === 'metadata'),
  };
}

async function take(
  { resource, selection, calls }: Listing,
  reader: ClusterReader,
  signal: AbortSignal,
): Promise<Result<readonly (readonly [Call, Amount])[], SluiceError>> {
  const folds = calls.map((call) => ({ call, fold: new Fold(call) }));
  let seen = 0;
  let problem: SluiceError | undefined;
  const onObject = (object: unknown): boolean => {
    seen += 1;
    problem = seen > mostObjects ? tooMany(resource) : firstProblem(folds, object);
    return problem === undefined;
  };
  const listed = await reader.list(resource, selection, onObject, signal);
  if (problem !== undefined) return err(problem);
  if (signal.aborted) return err(tooSlow(resource));
  if (!listed.ok) return err(explained(listed.error, resource, selection));
  const finished: (readonly [Call, Amount])[] = [];
  for (const { call, fold } of folds) {
    const amount = fold.finish();
    if (!amount.ok) return amount;
    finished.push([call, amount.value]);
  }
  return ok(finished);
}

function firstProblem(folds: readonly { readonly fold: Fold }[], object: unknown): SluiceError | undefined {
  for (const { fold } of folds) {
    const taken = fold.take(object);
    if (!taken.ok) return taken.error;
  }
  return undefined;
}

function tooMany({ plural }: ServedResource): SluiceError {
  const message = `there are more than ${mostObjects} ${plural}; narrow them down with namespace="…", labels="…" or fields="…"`;
  return failure('malformed', message);
}

function tooSlow({ plural }: ServedResource): SluiceError {
  const message = `the ${plural} could not be gone through in time; narrow them down with namespace="…", labels="…" or fields="…", or raise spec.timeoutSeconds of the provider`;
  return failure('timeout', message);
}

/** The API server says who was refused; what to grant is for us to say. */
function explained(
  error: SluiceError,
  { group, plural }: ServedResource,
  { namespace, labels, fields }: Selection,
): SluiceError {
  const what = `${plural}${group === '' ? '' : `.${group}`}`;
  if (error.tag === 'forbidden') {
    const where = namespace === undefined ? 'the whole cluster' : `namespace ${namespace}`;
    const remedy = `grant the verb list on "${plural}" in API group "${group}" by a ClusterRole with the label ${aggregateToMetricsReader}: "true"`;
    return failure(
      'forbidden',
      `Sluice may not list ${what} of ${where}; ${remedy}. The API server says: ${error.message}`,
    );
  }
  const given = Object.entries({ labels, fields }).flatMap(([name, text]) =>
    text === undefined ? [] : [`${name}="${text}"`],
  );
  const by = given.length === 0 ? '' : ` by ${given.join(' and ')}`;
  const tag = error.tag === 'invalid' ? 'malformed' : error.tag;
  return { ...error, tag, message: `${what} cannot be listed${by}: ${error.message}` };
}

function compute(expression: Expression, values: ReadonlyMap<Call, Amount>): Result<Amount, SluiceError> {
  switch (expression.kind) {
    case 'number':
      return readAmount(expression.text);
    case 'negated': {
      const of = compute(expression.of, values);
      return of.ok ? ok(negated(of.value)) : of;
    }
    case 'arithmetic': {
      const left = compute(expression.left, values);
      if (!left.ok) return left;
      const right = compute(expression.right, values);
      return right.ok ? calculate(left.value, expression.sign, right.value) : right;
    }
    case 'call': {
      const value = values.get(expression.call);
      return value === undefined ? err(failure('internal', 'a function was not worked out')) : ok(value);
    }
  }
}
