import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { AppVersionWorld, type AppWorldChecks } from '../../../test/builders/app-version-world.ts';
import { filledCache } from '../../../test/builders/filled-cache.ts';
import { ScriptedOutbox } from '../../../test/builders/scripted-outbox.ts';
import { annotations } from '../../api/constants.ts';
import { keptnAppVersionSchema } from '../../api/lifecycle/v1/keptn-app-version.ts';
import type { Action } from '../../domain/action.ts';
import { announcedAtBirth, eventsSink, parseAnnounced } from '../../domain/announced.ts';
import { factEvents } from '../../domain/fact-events.ts';
import { factsOf } from '../../domain/facts.ts';
import type { Parcel, SinkInfo } from '../../domain/outbox.ts';
import { releaseIndexes } from '../release-objects.ts';
import { decideHerald } from './decide.ts';
import { observeHerald } from './observe.ts';

vi.setConfig({ testTimeout: 120_000 });
const runs = { numRuns: 100 };
const fewRuns = { numRuns: 25 };

const sinks: readonly SinkInfo[] = [
  { name: 'all', accepts: () => true },
  { name: 'ends', accepts: ({ kind }) => kind === 'version-ended' },
];
const names = ['keptnappversions', 'keptnworkloadversions', 'keptntasks', 'keptnevaluations'] as const;
const hourMs = 3_600_000;

/** One app version, the herald beside it, an API server that forgets Events after an hour, and what receivers got. */
class HeraldWorld {
  readonly app: AppVersionWorld;
  readonly got = new Map<string, Parcel[]>();
  /** How often each Event was made, by what it is about. */
  readonly made = new Map<string, number>();
  readonly markedAt: Date[] = [];
  #stored = new Map<string, number>();
  #outbox = new ScriptedOutbox(sinks, this.got);
  #observe = observeHerald(this.#outbox);

  constructor(checks: AppWorldChecks, mark: string | undefined) {
    this.app = new AppVersionWorld(checks);
    if (mark !== undefined) this.#write(mark);
  }

  /** Another process takes over; what the former had in memory is gone. */
  restart(): void {
    this.#outbox = new ScriptedOutbox(sinks, this.got);
    this.#observe = observeHerald(this.#outbox);
  }

  switch(sink: string, isDown: boolean): void {
    if (isDown) this.#outbox.down.add(sink);
    else this.#outbox.down.delete(sink);
  }

  /** Looks and acts; a crash comes before the actions after `most`. */
  async reconcile(most = Number.POSITIVE_INFINITY): Promise<readonly Action[]> {
    const { now, version } = this.app;
    const cache = filledCache({ keptnappversions: [version] }, names, releaseIndexes);
    const observed = await this.#observe({ namespace: 'shop', name: 'shop' }, cache, now);
    if (!observed.ok || observed.value === undefined) throw new Error('nothing observed');
    const { actions } = decideHerald(observed.value);
    for (const action of actions.slice(0, most)) this.#act(action);
    return actions.slice(0, most);
  }

  /** Time goes by in steps that are shorter than the life of an Event. */
  async pass(): Promise<void> {
    this.app.pass(hourMs / 3);
    await this.reconcile();
  }

  /** Everything ends well and everybody is reachable. */
  async rest(): Promise<void> {
    for (const { name } of sinks) this.switch(name, false);
    this.app.moveWorkloads('Succeeded');
    for (let i = 0; i < 25; i += 1) {
      this.app.children.endAll('Succeeded');
      this.app.perform(this.app.decide());
      await this.reconcile();
    }
    for (let i = 0; i < 25; i += 1) await this.pass();
  }

  #act(action: Action): void {
    if (action.kind === 'emitEvent') this.#emit(action.series ?? '');
    else if (action.kind === 'apply') this.#apply(action);
    else throw new Error(`unexpected ${action.kind}`);
  }

  #emit(about: string): void {
    const nowMs = this.app.now.getTime();
    const stored = this.#stored.get(about);
    if (stored !== undefined && nowMs - stored < hourMs) return;
    this.#stored.set(about, nowMs);
    this.made.set(about, (this.made.get(about) ?? 0) + 1);
  }

  #apply({ object: { metadata } }: Extract<Action, { kind: 'apply' }>): void {
    expect(metadata.uid).toBe(this.app.version.metadata.uid);
    const mark = metadata.annotations?.[annotations.announced] ?? '';
    const before = parseAnnounced(this.app.version.metadata.annotations?.[annotations.announced]);
    const after = parseAnnounced(mark);
    for (const [sink, ids] of before) expect(after.get(sink)).toEqual(expect.arrayContaining([...ids]));
    this.markedAt.push(this.app.now);
    this.#write(mark);
  }

  #write(mark: string): void {
    const { metadata } = this.app.version;
    const all = { ...metadata.annotations, [annotations.announced]: mark };
    this.app.version = keptnAppVersionSchema.parse({
      ...this.app.version,
      metadata: { ...metadata, annotations: all },
    });
  }

  gotIds(sink: string): string[] {
    return (this.got.get(sink) ?? []).map(({ fact }) => fact.id);
  }
}

const born = announcedAtBirth(sinks.map(({ name }) => name));
const checks: fc.Arbitrary<AppWorldChecks> = fc.record({
  pre: fc.subarray(['a', 'b']),
  preEvaluations: fc.subarray(['d']),
  post: fc.subarray(['c']),
  postEvaluations: fc.subarray(['e']),
  promotion: fc.subarray(['p']),
  onFailure: fc.subarray(['f']),
});
const state = fc.constantFrom('Progressing' as const, 'Succeeded' as const, 'Failed' as const);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom('move' as const, 'move' as const, 'pass' as const) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('herald' as const), most: fc.nat({ max: 6 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('child' as const), at: fc.nat({ max: 3 }), state }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('workload' as const), at: fc.nat({ max: 1 }), state }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('switch' as const),
      sink: fc.constantFrom('all', 'ends'),
      isDown: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'replace' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const history = fc.array(step, { maxLength: 25, size: 'max' });

async function take(world: HeraldWorld, one: Step): Promise<void> {
  if (one.do === 'move') world.app.perform(world.app.decide());
  else if (one.do === 'pass') await world.pass();
  else if (one.do === 'herald') await world.reconcile(one.most);
  else if (one.do === 'child') world.app.children.move(one.at, one.state);
  else if (one.do === 'workload') world.app.moveWorkload(one.at, one.state);
  else if (one.do === 'switch') world.switch(one.sink, one.isDown);
  else if (one.do === 'restart') world.restart();
  else world.app.isReplaced = true;
}

/** Every fact there is now was told to each sink that wants it, and no Event was made twice. */
function expectToldAll(world: HeraldWorld): void {
  const facts = factsOf(world.app.version);
  for (const { name, accepts } of sinks) {
    const wanted = facts.filter(accepts).map(({ id }) => id);
    expect(world.gotIds(name)).toEqual(expect.arrayContaining(wanted));
  }
  const evented = factEvents(facts).map(({ id }) => id);
  expect([...world.made.keys()]).toEqual(expect.arrayContaining(evented));
  for (const [about, times] of world.made) expect(times, about).toBe(1);
}

test('whatever crashes, is missed or is down: each fact is told to everybody, and each Event is made once', async () => {
  await fc.assert(
    fc.asyncProperty(checks, history, async (given, steps) => {
      const world = new HeraldWorld(given, born);
      for (const one of steps) await take(world, one);
      await world.rest();
      expectToldAll(world);
    }),
    runs,
  );
});

test('without a restart nobody is told anything twice, and what is over is left alone', async () => {
  await fc.assert(
    fc.asyncProperty(checks, history, async (given, all) => {
      const steps = all.filter(({ do: what }) => what !== 'restart');
      const world = new HeraldWorld(given, born);
      for (const one of steps) await take(world, one.do === 'herald' ? { ...one, most: 99 } : one);
      await world.rest();
      for (const { name } of sinks) {
        const ids = world.gotIds(name);
        expect(new Set(ids).size).toBe(ids.length);
      }
      const marks = world.markedAt.length;
      world.restart();
      expect(await world.reconcile()).toEqual([]);
      expect(world.markedAt).toHaveLength(marks);
    }),
    runs,
  );
});

test('parcels of one app go to a receiver in the order of time', async () => {
  await fc.assert(
    fc.asyncProperty(checks, async (given) => {
      const world = new HeraldWorld({ ...given, onFailure: [] }, born);
      await world.rest();
      const times = (world.got.get('all') ?? []).map(({ fact }) => fact.at.getTime());
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }),
    fewRuns,
  );
});

const oneCheckEach = {
  pre: ['a'],
  preEvaluations: [],
  post: ['c'],
  postEvaluations: [],
  promotion: [],
  onFailure: [],
};

/** Everything goes well, so many milliseconds from step to step. */
async function release(stepMs: number, given: AppWorldChecks = oneCheckEach): Promise<HeraldWorld> {
  const world = new HeraldWorld(given, born);
  world.app.moveWorkloads('Succeeded');
  for (let i = 0; i < 12; i += 1) {
    world.app.children.endAll('Succeeded');
    world.app.perform(world.app.decide());
    world.app.pass(stepMs);
    await world.reconcile();
  }
  expect(world.app.version.status?.status).toBe('Succeeded');
  return world;
}

test('a burst is noted in one write, when it is over', async () => {
  expect((await release(0)).markedAt).toHaveLength(1);
});

test('what was told is noted after two seconds in which nothing happens', async () => {
  const world = new HeraldWorld(oneCheckEach, born);
  world.app.perform(world.app.decide());
  world.app.pass(1_900);
  await world.reconcile();
  expect(world.markedAt).toEqual([]);
  world.app.pass(200);
  await world.reconcile();
  expect(world.markedAt).toHaveLength(1);
});

test('what was told is noted after five seconds, though more happens all the time', async () => {
  const busy = await release(900, {
    ...oneCheckEach,
    preEvaluations: ['d'],
    postEvaluations: ['e'],
    promotion: ['p'],
  });
  const times = factsOf(busy.app.version).map(({ at }) => at.getTime());
  const [begunMs, endedMs] = [Math.min(...times), Math.max(...times)];
  const marksMs = busy.markedAt.map((at) => at.getTime()).filter((ms) => ms < endedMs);
  expect(marksMs).toHaveLength(1);
  const waited = marksMs.map((ms, i) => ms - (marksMs[i - 1] ?? begunMs));
  for (const ms of waited) expect(ms).toBeLessThan(6_000);
});

test('history is told to nobody', async () => {
  const world = await release(0);
  const old = new HeraldWorld(oneCheckEach, undefined);
  old.app.version = { ...world.app.version, metadata: { ...world.app.version.metadata, annotations: {} } };
  expect(await old.reconcile()).toEqual([]);
  expect(old.got.size).toBe(0);
});

test('a version that runs for a day makes each Event once, though no receiver answers and processes come and go', async () => {
  const given = {
    pre: ['a'],
    preEvaluations: [],
    post: [],
    postEvaluations: [],
    promotion: [],
    onFailure: [],
  };
  const world = new HeraldWorld(given, born);
  world.app.perform(world.app.decide());
  for (let i = 0; i < 72; i += 1) {
    world.restart();
    for (const { name } of sinks) world.switch(name, true);
    await world.pass();
  }
  expect([...world.made.values()]).toEqual([1]);
  expect(world.markedAt).toHaveLength(1);
});

test('a version that was begun by a former controller is marked at once, and what that had said is not said again', async () => {
  const given = {
    pre: ['a'],
    preEvaluations: [],
    post: [],
    postEvaluations: [],
    promotion: [],
    onFailure: [],
  };
  const world = new HeraldWorld(given, undefined);
  world.app.perform(world.app.decide());
  world.app.children.endAll('Progressing');
  world.app.perform(world.app.decide());
  const { status } = world.app.version;
  world.app.version = keptnAppVersionSchema.parse({
    ...world.app.version,
    status: { ...status, phaseTimes: undefined },
  });
  await world.reconcile();
  expect(parseAnnounced(world.app.version.metadata.annotations?.[annotations.announced]).get('ends')).toEqual(
    [],
  );
  await world.rest();
  const said = factEvents(factsOf(world.app.version)).filter(({ id }) => world.made.has(id));
  expect(said.map(({ action }) => action.kind === 'emitEvent' && action.reason)).toEqual([
    'AppPreDeployTasksFinished',
    'AppDeployStarted',
    'AppDeployFinished',
    'AppCompletedFinished',
  ]);
  expect(
    parseAnnounced(world.app.version.metadata.annotations?.[annotations.announced]).has(eventsSink),
  ).toBe(true);
});
