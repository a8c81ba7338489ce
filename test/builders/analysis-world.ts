import type { Analysis } from '../../src/api/metrics/v1/analysis.ts';
import { resources } from '../../src/api/resources.ts';
import { analysisController } from '../../src/controllers/analysis/controller.ts';
import type { Action } from '../../src/domain/action.ts';
import type { Decision } from '../../src/domain/decision.ts';
import type { Fetched, MetricQuery, MetricSource } from '../../src/domain/metric-source.ts';
import { type ErrorTag, failure } from '../../src/kernel/errors.ts';
import { err, ok } from '../../src/kernel/result.ts';
import { plainReader } from './plain-reader.ts';

type Kind = 'analyses' | 'analysisdefinitions' | 'analysisvaluetemplates' | 'keptnmetricsproviders';
type Objects = Record<Kind, Record<string, object>>;

/** What a backend does with a query: a value, several samples, an error, or nothing yet. */
export type Answer =
  | string
  | readonly [string, ...string[]]
  | { readonly tag: ErrorTag; readonly says: string }
  | undefined;

/** A source of values that a test answers for. It remembers looks as the real one does, until it is restarted. */
export class AnsweringSource implements MetricSource {
  answer: (query: MetricQuery) => Answer = () => '1';
  now: () => Date;
  /** The queries of all fetches that were begun. */
  readonly begun: MetricQuery[] = [];
  #looks = new Map<
    string,
    { readonly query: MetricQuery; readonly at: Date; fetched?: Fetched | undefined }
  >();

  constructor(now: () => Date) {
    this.now = now;
  }

  /** A new process remembers nothing. */
  restart(): void {
    this.#looks = new Map();
  }

  /** How many looks are remembered. */
  get size(): number {
    return this.#looks.size;
  }

  readonly look: MetricSource['look'] = (_owner, id, query) => {
    const known = this.#looks.get(id);
    if (known === undefined) {
      this.begun.push(query);
      this.#looks.set(id, { query, at: this.now() });
      return undefined;
    }
    known.fetched ??= ended(this.answer(known.query), known.at);
    return known.fetched;
  };

  readonly keepOnly: MetricSource['keepOnly'] = (_owner, ids) => {
    for (const id of this.#looks.keys()) if (!ids.includes(id)) this.#looks.delete(id);
  };

  readonly onEnd: MetricSource['onEnd'] = () => () => undefined;
}

function ended(answer: Answer, at: Date): Fetched | undefined {
  if (answer === undefined) return undefined;
  if (typeof answer === 'string') return { at, result: ok({ samples: [answer], raw: answer }) };
  if ('tag' in answer) return { at, result: err(failure(answer.tag, answer.says)) };
  return { at, result: ok({ samples: answer, raw: answer.join(' ') }) };
}

/** One Analysis `run` of definition `quality`, with what it needs, moved by hand. */
export class AnalysisWorld {
  nowMs = Date.parse('2026-01-01T00:10:00Z');
  readonly source = new AnsweringSource(() => new Date(this.nowMs));
  readonly objects: Objects = {
    analyses: {},
    analysisdefinitions: {},
    analysisvaluetemplates: {},
    keptnmetricsproviders: {},
  };
  /** Every Event, once. */
  readonly said = new Set<string>();
  writes = 0;
  readonly #controller = analysisController(this.source);

  /** Objectives of the templates of these names, each failing above 10, in namespace `shop`. */
  constructor(templates: readonly string[] = ['errors'], spec: object = {}) {
    this.put('analyses', 'run', {
      timeframe: { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:05:00Z' },
      args: { service: 'cart' },
      analysisDefinition: { name: 'quality' },
      timeout: '5m',
      ...spec,
    });
    this.put('analysisdefinitions', 'quality', {
      objectives: templates.map((name) => ({
        analysisValueTemplateRef: { name },
        target: { failure: { greaterThan: { fixedValue: '10' } } },
      })),
      totalScore: { passPercentage: 90, warningPercentage: 75 },
    });
    for (const name of templates) this.template(name);
    this.put('keptnmetricsproviders', 'prometheus', { type: 'prometheus', targetServer: 'http://p' });
  }

  /** A template that asks for its own name. */
  template(name: string, spec: object = {}, namespace = 'shop'): void {
    const query = `${name}{service="{{.service}}"}`;
    this.put('analysisvaluetemplates', name, { provider: { name: 'prometheus' }, query, ...spec }, namespace);
  }

  /** Writes an object as a user would. */
  put(kind: Kind, name: string, spec: object, namespace = 'shop'): void {
    const before = this.objects[kind][`${namespace}/${name}`];
    const generation = (before === undefined ? 0 : generationOf(before)) + 1;
    const metadata = { name, namespace, uid: `uid-of-${name}`, generation, resourceVersion: '1' };
    this.objects[kind][`${namespace}/${name}`] = { ...before, metadata, spec };
  }

  /** Deletes an object. */
  remove(kind: Kind, name: string, namespace = 'shop'): void {
    delete this.objects[kind][`${namespace}/${name}`];
  }

  /** The Analysis as it is stored. */
  get run(): Analysis {
    const parsed = resources.analyses.parse(this.objects.analyses['shop/run']);
    if (!parsed.ok) throw new Error(parsed.error.message);
    return parsed.value;
  }

  /** Its status.raw, as it was written. */
  raw = '';

  /** Observes and decides once; performs as many of the actions as are not lost to a crash. */
  async step(survive = Number.POSITIVE_INFINITY): Promise<Decision | undefined> {
    const { analyses, analysisdefinitions, analysisvaluetemplates, keptnmetricsproviders } = this.objects;
    const cached = {
      analyses: Object.values(analyses),
      analysisdefinitions: Object.values(analysisdefinitions),
      analysisvaluetemplates: Object.values(analysisvaluetemplates),
      keptnmetricsproviders: Object.values(keptnmetricsproviders),
    };
    const reader = plainReader(cached, this.#controller.indexes);
    const key = { namespace: 'shop', name: 'run' };
    const decided = await this.#controller.evaluate(key, reader, new Date(this.nowMs));
    if (!decided.ok) throw new Error(decided.error.message);
    for (const action of decided.value?.actions.slice(0, survive) ?? []) this.#perform(action);
    return decided.value;
  }

  /** Steps until nothing is written any more. */
  async settle(): Promise<Decision | undefined> {
    for (let i = 0; i < 50; i += 1) {
      const before = JSON.stringify(this.objects.analyses);
      const decision = await this.step();
      const again = await this.step();
      if (JSON.stringify(this.objects.analyses) === before) return again ?? decision;
    }
    throw new Error('the Analysis never settles');
  }

  /** Lets time pass, and settles. */
  async after(ms: number): Promise<Decision | undefined> {
    this.nowMs += ms;
    return this.settle();
  }

  #perform(action: Action): void {
    if (action.kind === 'emitEvent') {
      this.said.add(`${action.type} ${action.reason}: ${action.note}`);
      return;
    }
    if (action.kind !== 'applyStatus') throw new Error(`unexpected ${action.kind}`);
    const stored = this.objects.analyses['shop/run'];
    const { status } = { status: undefined, ...action.object };
    const next = { ...stored, status };
    if (JSON.stringify(next) === JSON.stringify(stored)) return;
    this.writes += 1;
    this.objects.analyses['shop/run'] = next;
    if (isRecord(status) && typeof status['raw'] === 'string') this.raw = status['raw'];
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function generationOf(object: object): number {
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  return isRecord(metadata) && typeof metadata['generation'] === 'number' ? metadata['generation'] : 0;
}
